"""Other uses of a sweep: simulated data sets, evaluations of a twin, searches, jobs of a queue."""

import json
import sys

import pytest
from nado_lab.lab.cli import sweep as command
from nado_lab.lab.errors import LabError
from nado_lab.lab.sweeps import SweepConfig, SweepOptions, run_sweep
from nado_lab.lab.sweeps.cluster import workers
from nado_lab.lab.sweeps.points import grid_points

from tests.lab.cli.command_line import call

SOURCE = {"protocol": "characterise", "setup": "sim:nanoring", "parameters": {"sequences": 6, "steps": 4}}
SEARCH = """
measure = { protocol = "characterise", setup = "sim:nanoring", parameters = { sequences = 6, steps = 4 } }
twin = { mean_steps = 2, score_steps = 1 }
[optimise]
metric = "crps"
points = 2
batch = 1
space = { "twin.learning_rate" = { low = 1e-3, high = 1e-1, log = true } }
"""


def test_a_network_without_a_twin_is_refused():
    wanted = {"measure": SOURCE, "fit": False, "network": {"task": "temporal-mnist"}}
    with pytest.raises(LabError, match="needs a twin"):
        grid_points(SweepConfig.model_validate(wanted))


def test_a_queue_without_its_library_is_named(monkeypatch):
    pytest.importorskip("distributed", reason="the extra `scale` is not installed")
    monkeypatch.setitem(sys.modules, "dask_jobqueue", None)
    asked = SweepConfig.model_validate({"measure": SOURCE, "cluster": {"system": "slurm"}}).cluster
    with pytest.raises(LabError, match="dask-jobqueue"), workers(cluster=asked):
        pass


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.filterwarnings("default::ResourceWarning", "default::DeprecationWarning")
def test_data_sets_as_jobs_and_a_twin_judged_on_them(tmp_path):
    pytest.importorskip("dask_jobqueue", reason="the extra `scale` is not installed")
    cluster = {"system": "local", "jobs": 1, "memory": "2GB"}
    wanted = {"measure": SOURCE, "fit": False, "grid": {"measure.specimen": [0, 1]}, "cluster": cluster}
    done = run_sweep(SweepConfig.model_validate(wanted), tmp_path / "data", SweepOptions())
    rows = [json.loads(line) for line in (tmp_path / "data" / "table.jsonl").read_text().splitlines()]
    assert (done.failed, [row["trials"] for row in rows]) == (0, [6, 6])
    runs = [str(tmp_path / "data" / row["run"][0]) for row in rows]
    assert len(set(runs)) == 2


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.filterwarnings("default::ResourceWarning", "default::DeprecationWarning")
def test_a_search_from_the_command_line_and_the_best_twin_elsewhere(tmp_path):
    pytest.importorskip("optuna", reason="the extra `scale` is not installed")
    (tmp_path / "a.toml").write_text(SEARCH)
    out = ("--out", tmp_path / "search", "--workers", 1, "--json")
    words = ("sweep", tmp_path / "a.toml", "--optimise", *out)
    first = json.loads(call(command, *words).stdout)
    assert (first["points"], first["reused"], first["failed"]) == (2, 0, 0)
    (tmp_path / "a.toml").write_text(SEARCH.replace("points = 2", "points = 3"))
    again = json.loads(call(command, *words).stdout)
    assert (again["points"], again["reused"]) == (3, 2)
    assert again["best"]["crps"] <= first["best"]["crps"]
    twin = str(tmp_path / "search" / again["best"]["twin"])
    other = {"measure": SOURCE | {"specimen": 3}, "use_twin": twin}
    judged = run_sweep(SweepConfig.model_validate(other), tmp_path / "other", SweepOptions(workers=1))
    row = json.loads((tmp_path / "other" / "table.jsonl").read_text())
    assert judged.failed == 0
    assert row["twin"] == twin
    assert row["crps"] > 0
