"""Refining drives the device as every verb does: supervised, into runs, on the device of the twin."""

from dataclasses import replace
from pathlib import Path

import pytest
from nado_lab.instruments import load_setup
from nado_lab.lab.errors import LabError
from nado_lab.lab.setup import SetupSource
from nado_lab.lab.store import Run, Status
from nado_lab.lab.workflow.evaluate_network import EvaluateNetworkRequest, evaluate_network
from nado_lab.lab.workflow.refine import RefineRequest, refine
from nado_lab.network import load


def other_window(folder):
    """Write a nanoring setup whose drives stand for other fields: path."""
    config = load_setup("sim:nanoring")
    ports = tuple(replace(port, low=port.low * 0.9) for port in config.ports)
    file = folder / "other.toml"
    file.write_text(config.model_copy(update={"ports": ports}).to_toml())
    return str(file)


def request_for(demo, tmp_path, setup="sim:nanoring"):
    """Refine the demo's network on a few examples."""
    source = SetupSource(setup, specimen=3, noise_seed=1)
    net = demo[0] / "networks" / "noise_aware.net"
    return RefineRequest(
        net, (source,), tmp_path / "better.net", tmp_path / "runs", examples=4, test_examples=4
    )


def test_everything_that_is_measured_is_a_run(demo, tmp_path, benches):
    done = refine(request_for(demo, tmp_path))
    runs = [Run.open(path) for path in sorted((tmp_path / "runs").rglob("*.zarr"))]
    assert {Path(run.path).parent.name for run in runs} == {"before", "training0", "after"}
    assert all(run.status is Status.COMPLETE for run in runs)
    fitted = Run.open(demo[0] / "runs" / "fit.zarr").metadata.run_id
    assert all(fitted in run.metadata.lineage for run in runs)
    assert (done.before.n_test, done.after.n_test) == (4, 4)
    assert load(done.path).network.node_count == done.network.node_count
    assert not any(bench.world.field().any() or bench.world.sources_on() for bench in benches)


def test_another_window_is_refused_before_anything_is_sent(demo, tmp_path):
    with pytest.raises(LabError, match=r"\[\[ports\]\]"):
        refine(request_for(demo, tmp_path, other_window(tmp_path)))
    assert not list(tmp_path.rglob("*.zarr"))
    assert not (tmp_path / "better.net").exists()


def test_evaluating_on_a_bench_refuses_another_window_too(demo, tmp_path):
    net = demo[0] / "networks" / "noise_aware.net"
    source = SetupSource(other_window(tmp_path), specimen=3)
    with pytest.raises(LabError, match=r"\[\[ports\]\]"):
        evaluate_network(EvaluateNetworkRequest(net, (source,), test_examples=4, out=tmp_path / "out"))
    assert not list(tmp_path.rglob("*.zarr"))


def test_outputs_that_exist_are_refused_first(demo, tmp_path, benches):
    (tmp_path / "runs").mkdir()
    with pytest.raises(LabError, match="--runs"):
        refine(request_for(demo, tmp_path))
    assert not benches
