"""`python -m benchmarks`: every benchmark is found, and what it says becomes one table."""

import importlib
import json
import sys

import pytest

from benchmarks import __main__ as runner

GOOD = '''"""Measure something.

More about it.
"""
import argparse, json
parser = argparse.ArgumentParser()
parser.add_argument("--json", action="store_true")
parser.add_argument("--quick", action="store_true")
chosen = parser.parse_args()
if __name__ == "__main__":
    print("warming up")
    print(json.dumps({"speed": 10 if chosen.quick else 100, "inner": {"gain": 2.5, "seed": 7}, "ok": True}))
'''
BAD = '"""Fail."""\nimport sys\nif __name__ == "__main__":\n    sys.exit("no instrument")\n'


@pytest.fixture
def folder(tmp_path, monkeypatch):
    (tmp_path / "benchmarks").mkdir()
    (tmp_path / "benchmarks" / "__init__.py").touch()
    (tmp_path / "benchmarks" / "good.py").write_text(GOOD)
    (tmp_path / "benchmarks" / "bad.py").write_text(BAD)
    (tmp_path / "benchmarks" / "helper.py").write_text("x = 1\n")
    monkeypatch.setattr(runner, "HERE", tmp_path / "benchmarks")
    return tmp_path


def test_all_are_found_and_take_the_common_options():
    found = runner.scripts()
    assert {"nanoring_speed", "kill_store", "streaming", "temporal_mnist"} <= set(found)
    assert not {"machine", "network_bench", "__main__"} & set(found)
    without_json = [name for name, path in found.items() if "--json" not in runner.options_of(path, True)]
    assert without_json == []


@pytest.mark.parametrize("name", sorted(runner.scripts()))
def test_each_starts_as_a_module(name):
    module = importlib.import_module(f"benchmarks.{name}")
    assert callable(module.main)


def test_a_table_of_what_came(folder, capsys):
    assert runner.main(["--quick", "--out", str(folder / "all")]) == 1
    report = json.loads((folder / "all.json").read_text())
    bad, good = report["benchmarks"]
    assert (good["name"], good["status"], good["what"]) == ("good", 0, "Measure something.")
    assert good["result"]["speed"] == 10
    assert good["seeds"] == [7]
    assert bad["status"] == 1
    assert "no instrument" in bad["error"]
    assert report["machine"]["cores"] >= 1
    assert report["versions"]["python"] == ".".join(map(str, sys.version_info[:3]))
    table = (folder / "all.md").read_text()
    assert "| good | ok |" in table
    assert "speed 10, inner.gain 2.5 |" in table
    assert "| bad | FAILED (1) |" in table
    assert table in capsys.readouterr().out


def test_seeds_are_numbers_each_once():
    rows = [{"seed": 1, "gap": 0.5}, {"seed": 2}]
    assert runner.found_seeds({"seeds": rows, "summary": [{"seeds": [1, 2, 3]}], "by": 7}) == [1, 2, 3]


def test_only_one_in_full_size(folder, capsys):
    assert runner.main(["--only", "good", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)
    assert [row["result"]["speed"] for row in report["benchmarks"]] == [100]
    assert not report["quick"]


def test_one_that_hangs_is_given_up(folder):
    (folder / "benchmarks" / "slow.py").write_text(
        '"""S."""\nimport time\nif __name__ == "__main__":\n    time.sleep(60)\n'
    )
    done = runner.run("slow", folder / "benchmarks" / "slow.py", quick=True, timeout_s=1.0)
    assert done["status"] == -1
    assert "not done within 1 s" in done["error"]
