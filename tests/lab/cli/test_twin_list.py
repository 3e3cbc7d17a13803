"""`nado twin list` reads cards, whatever else lies about."""

import json

from nado_lab.lab.cli import twin

from tests.lab.cli.command_line import call


def card(folder, content):
    folder.mkdir(parents=True)
    (folder / "card.json").write_text(content)


def test_twins_are_listed_and_other_things_are_not(tmp_path):
    told = {
        "schema": "nado-twin/3",
        "channels": ["a", "b"],
        "fit": {"method": "score"},
        "metrics": {"r2": 0.97, "coverage90": 0.9},
        "device": {"setup": "sim:nanoring", "sample": "ring"},
        "lineage": ["1", "2"],
    }
    card(tmp_path / "a" / "ring.twin", json.dumps(told))
    card(tmp_path / "old.twin", '{"schema": "nado-twin/1"}')
    card(tmp_path / "x.net", '{"schema": "nado-network/1"}')
    card(tmp_path / "torn.twin", "{")
    found = json.loads(call(twin, "twin", "list", tmp_path, "--json").stdout)
    assert [each["path"] for each in found] == [str(tmp_path / "a" / "ring.twin"), str(tmp_path / "old.twin")]
    assert found[0]["device"] == "ring, sim:nanoring"
    assert (found[0]["r2"], found[0]["channels"], found[0]["runs"]) == (0.97, 2, ["1", "2"])
    assert "0.970" in call(twin, "twin", "list", tmp_path).stdout
    assert "is not a folder" in str(call(twin, "twin", "list", tmp_path / "none").exception)
