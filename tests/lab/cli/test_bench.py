"""`nado check`: what it proves, and what it warns of."""

import json

from nado_lab.instruments import load_setup
from nado_lab.lab.cli import bench

from tests.lab.cli.command_line import call


def test_a_limit_left_out_is_a_warning_in_a_line_of_its_own(tmp_path):
    text = load_setup("sim:nanoring").to_toml()
    assert text.count("max_amperes = 0.002") == 1
    (tmp_path / "mine.toml").write_text(text.replace("max_amperes = 0.002", ""))
    done = call(bench, "check", tmp_path / "mine.toml", "--json")
    assert done.exit_code == 0, done.output
    warned = [check for check in json.loads(done.stdout)["checks"] if check["warning"]]
    assert [check["name"] for check in warned] == ["limits of source"]
    assert "max_amperes left out" in warned[0]["detail"]
    shown = call(bench, "check", tmp_path / "mine.toml").stdout
    lines = [line for line in shown.splitlines() if "limits of source" in line]
    assert [line.split("\t")[0] for line in lines] == ["warning"]
