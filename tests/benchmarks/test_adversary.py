"""A few fuzzed inputs of each kind in CI; `python -m benchmarks.adversary` tries a thousand."""

import importlib
import time

import pytest
from hypothesis import HealthCheck, given, settings

from benchmarks import adversary
from benchmarks.adversaries import KINDS
from benchmarks.adversaries.process import outcome

FEW = {"csv": 12, "emit": 8, "parameters": 40, "cards": 25, "setups": 12, "stores": 4}


@pytest.mark.parametrize("kind", KINDS)
def test_what_nobody_meant_ends_in_a_right_value_or_in_one_line(kind, tmp_path):
    module = importlib.import_module(f"benchmarks.adversaries.{kind}")
    (tmp_path / "prepared").mkdir()
    tried = []

    @settings(
        max_examples=FEW[kind], deadline=None, suppress_health_check=list(HealthCheck), derandomize=True
    )
    @given(module.cases(tmp_path / "prepared"))
    def one(case):
        folder = tmp_path / f"case{len(tried)}"
        folder.mkdir()
        tried.append(folder)
        assert outcome(module.attempt, case, folder) == ""

    one()


def test_a_fault_a_hang_and_a_death_are_told(monkeypatch):
    monkeypatch.setattr(adversary, "HANG_S", 1.0)
    told = [{"case": "1", "fault": "", "seconds": 0.1}, {"case": "2"}]
    script = "import json, sys, time\nfor line in sys.argv[1:]: print(line, flush=True)\ntime.sleep(60)"
    lines = [adversary.json.dumps(each) for each in told]
    popen = adversary.subprocess.Popen
    run = lambda _, **options: popen([adversary.sys.executable, "-c", script, *lines], **options)  # noqa: E731
    monkeypatch.setattr(adversary.subprocess, "Popen", run)
    began = time.monotonic()
    found = list(adversary._told("csv", 2, 0, None))
    assert [each["fault"] for each in found] == ["", "no end within 1 s"]
    assert found[1]["case"] == "2"
    assert time.monotonic() - began < 10
