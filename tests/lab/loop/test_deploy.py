import json

import numpy as np
import pytest

from lab.compose import open_named_setup
from lab.errors import LabError
from lab.loop.deploy import deploy
from lab.loop.deployment import DeployOptions, deploy_network
from lab.loop.play import AbortedError, PlayOptions
from lab.loop.recall import recall
from lab.store import Run, Status
from network import load


@pytest.fixture
def network(demo):
    return load(demo[0] / "networks" / "noise_aware.net")


def test_outputs_are_decoded_from_what_was_stored(network, tmp_path):
    inputs = recall(network, test_examples=3).task.test.inputs.numpy()
    with open_named_setup("sim:nanoring") as setup:
        done = deploy(network.network, inputs, setup, tmp_path / "out")
    stored = Run.open(done.runs[0]).dataset()
    nodes = network.network.node_count
    np.testing.assert_allclose(stored["drive"].values, done.drives[0].reshape(-1, *done.drives[0].shape[2:]))
    assert stored.sizes["trial"] == 3 * nodes
    assert done.outputs.shape == (3, 10)


def test_resume_goes_on_where_it_stopped(network, tmp_path):
    inputs = recall(network, test_examples=8).task.test.inputs.numpy()

    def stop_early(done, _total):
        if done == 5:
            raise KeyboardInterrupt

    out = tmp_path / "out"
    with open_named_setup("sim:nanoring") as setup:
        with pytest.raises(KeyboardInterrupt):
            deploy(network.network, inputs, setup, out, PlayOptions(progress=stop_early))
        run = Run.open(out / "layer0.zarr")
        assert run.status is Status.ABORTED
        before = run.dataset()["readout"].values
        done = deploy(network.network, inputs, setup, out, PlayOptions(resume=True))
        with pytest.raises(LabError, match="other drives"):
            deploy(network.network, inputs[::-1].copy(), setup, out, PlayOptions(resume=True))
    after = Run.open(out / "layer0.zarr").dataset()["readout"].values
    assert len(after) == 8 * network.network.node_count
    np.testing.assert_array_equal(after[: len(before)], before)
    assert np.isfinite(done.outputs).all()


def test_report_compares_twin_and_device(demo, tmp_path):
    options = DeployOptions(setup="sim:nanoring", test_examples=4, seed=3)
    report = deploy_network(
        demo[0] / "networks" / "noise_aware.net", tmp_path / "out", options, lambda *_: None
    )
    assert report == json.loads((tmp_path / "out" / "report.json").read_text(encoding="utf-8"))
    assert report["n_test"] == 4
    errors = [node["mean_error"] for node in report["nodes"]]
    assert errors == sorted(errors, reverse=True)
    assert all(0 <= node["coverage90"] <= 1 for node in report["nodes"])
    with pytest.raises(LabError, match="--resume"):
        deploy_network(demo[0] / "networks" / "noise_aware.net", tmp_path / "out", options, lambda *_: None)


def test_a_wish_to_stop_is_recorded_as_aborted_and_rows_are_seen_as_they_come(network, tmp_path, benches):
    inputs = recall(network, test_examples=4).task.test.inputs.numpy()
    seen = []
    options = PlayOptions(stop=lambda: len(seen) >= 5, subscribers=(lambda stream, row: seen.append(row),))
    with open_named_setup("sim:nanoring") as setup, pytest.raises(AbortedError, match="on request"):
        deploy(network.network, inputs, setup, tmp_path / "out", options)
    run = Run.open(tmp_path / "out" / "layer0.zarr")
    assert (run.status, run.metadata.reason) == (Status.ABORTED, "stopped on request")
    assert run.rows() == len(seen) == 5
    assert not benches[0].world.field().any()
    assert not benches[0].world.sources_on()
