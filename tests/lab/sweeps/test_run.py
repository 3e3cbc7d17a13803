"""A sweep on Dask: a kill costs a task, another scheduler gives the same table, a restart goes on."""

import json
import sys

import pytest
from nado_lab.lab.errors import LabError
from nado_lab.lab.runs.observer import Observer
from nado_lab.lab.sweeps import SweepConfig, SweepOptions, run_sweep

from benchmarks.sweep import kill_one_worker, scheduler

MEASURE = {"protocol": "characterise", "setup": "sim:nanoring", "parameters": {"sequences": 6, "steps": 4}}
SMALL = {
    "measure": MEASURE,
    "twin": {"mean_steps": 2, "score_steps": 1},
    "grid": {"measure.parameters.sequences": [6, 8], "twin.seed": [0, 1]},
}


def test_the_missing_extra_is_named(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(LabError, match=r"nado-lab\[scale\]"):
        run_sweep(SweepConfig.model_validate(SMALL), tmp_path / "out", SweepOptions())
    assert not (tmp_path / "out").exists()


def test_a_search_without_a_space(tmp_path):
    with pytest.raises(LabError, match="section"):
        run_sweep(SweepConfig.model_validate(SMALL), tmp_path / "out", SweepOptions(optimise=True))


@pytest.fixture
def address(tmp_path):
    """Give the address of a Dask scheduler with two workers, as processes of their own."""
    pytest.importorskip("distributed", reason="the extra `scale` is not installed")
    with scheduler(tmp_path) as found:
        yield found


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.filterwarnings("default::ResourceWarning", "default::DeprecationWarning")
def test_a_kill_another_scheduler_and_a_restart(tmp_path, address):
    config = SweepConfig.model_validate(SMALL)
    killed = []

    class KillOnce(Observer):
        def progress(self, progress):
            if progress.share > 0 and not killed:
                killed.append(progress.share)
                kill_one_worker()

    here = run_sweep(config, tmp_path / "here", SweepOptions(workers=2), KillOnce())
    assert killed
    assert (here.points, here.failed, here.reused) == (4, 0, 0)
    there = run_sweep(config, tmp_path / "there", SweepOptions(scheduler=address))
    assert there.failed == 0
    table = (tmp_path / "here" / "table.jsonl").read_text()
    assert table == (tmp_path / "there" / "table.jsonl").read_text()
    assert len({json.loads(line)["run"][0] for line in table.splitlines()}) == 2  # runs are shared

    again = run_sweep(config, tmp_path / "there", SweepOptions(scheduler=address))
    assert again.reused == 4
    lost = SweepConfig.model_validate(SMALL | {"measure": {"runs": ["gone.zarr"]}, "grid": {}})
    failed = run_sweep(lost, tmp_path / "lost", SweepOptions(scheduler=address))
    assert failed.failed == 1
    assert "gone.zarr" in (tmp_path / "lost" / "table.csv").read_text()
