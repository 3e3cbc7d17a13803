import json

from nado_lab.lab.cli import main


def run(monkeypatch, *words):
    monkeypatch.setattr("sys.argv", ["nado", *map(str, words)])
    try:
        main()
    except SystemExit as ended:
        return ended.code or 0
    return 0


def test_a_recording_is_a_file_as_the_tests_read_it(tmp_path, monkeypatch, capsys):
    out = tmp_path / "kepco.json"
    assert run(monkeypatch, "record", "sim:nanoring", "supply_x", "--out", out, "--by", "nobody") == 0
    found = json.loads(out.read_text(encoding="utf-8"))
    assert found["driver"] == "kepco_bop"
    assert found["source"] == "nobody"
    assert ["OUTPut?", "0"] in found["exchanges"][0]
    assert run(monkeypatch, "record", "sim:nanoring", "supply_x", "--out", out) != 0
    assert run(monkeypatch, "record", "sim:nanoring", "toaster", "--out", tmp_path / "t.json") != 0
    assert "it has generator" in capsys.readouterr().err.replace("\n", " ")
