import json

import pytest
from nado_lab.lab.cli import main


def run(monkeypatch, *words):
    monkeypatch.setattr("sys.argv", ["nado", *map(str, words)])
    with pytest.raises(SystemExit) as ended:
        main()
    return ended.value.code or 0


def test_the_first_hour_leaves_a_report(tmp_path, monkeypatch, capsys):
    out = tmp_path / "first-hour.json"
    assert run(monkeypatch, "bring-up", "sim:nanoring-calibration", "--yes", "--out", out) == 0
    found = json.loads(out.read_text(encoding="utf-8"))
    assert found["passed"]
    assert {"identities", "field per volt", "one slow rotation"} <= {step["name"] for step in found["steps"]}
    assert "BIT 4886" in found["identities"]["supply_x"]
    assert "one slow rotation" in capsys.readouterr().err


def test_a_fault_ends_it_with_the_bench_safe(tmp_path, monkeypatch, capsys):
    out = tmp_path / "first-hour.json"
    fault = "supply_y:overtemperature"
    assert (
        run(monkeypatch, "bring-up", "sim:nanoring-calibration", "--yes", "--out", out, "--fault", fault) == 1
    )
    assert not json.loads(out.read_text(encoding="utf-8"))["passed"]
    assert "the bench is safe" in capsys.readouterr().err


def test_a_family_without_one_is_refused_in_words(monkeypatch, capsys):
    assert run(monkeypatch, "bring-up", "sim:asvi", "--yes") != 0
    assert "nado check" in capsys.readouterr().err
