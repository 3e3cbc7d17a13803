"""A recurrent network on devices side by side, step by step: what it answers, what is refused, resuming."""

import numpy as np
import pytest
import torch
from nado_lab.lab.compose import open_named_setup
from nado_lab.lab.errors import LabError
from nado_lab.lab.runs.observer import Observer
from nado_lab.lab.store import Run, Status
from nado_lab.lab.workflow.deploy_steps import deploy_step_by_step, late_steps, seconds_step_by_step
from nado_lab.lab.workflow.play_drives import AbortedError, PlayOptions
from nado_lab.network import DeviceNetwork, LayerSpec, NetworkSpec, StepReadout

from tests.lab.observers import Watching

MICRO = 1e-6


def network_of(nodes=(3,), recurrent=True):
    layers = tuple(LayerSpec(nodes=count, ports=1, channels=("read", "write")) for count in nodes)
    torch.manual_seed(0)
    network = DeviceNetwork(
        NetworkSpec(
            features=1, outputs=1, steps=6, layers=layers, readout=StepReadout.EACH, recurrent=recurrent
        )
    )
    for layer in range(len(nodes)):
        network.get_buffer(f"readout_mean_{layer}").fill_(MICRO)
        network.get_buffer(f"readout_std_{layer}").fill_(MICRO)
    return network


def inputs_of(examples=3, steps=6):
    return np.random.default_rng(0).uniform(-1, 1, (examples, steps, 1))


@pytest.fixture
def setup():
    with open_named_setup("sim:memristor") as opened:
        yield opened


def test_each_step_is_driven_by_what_all_nodes_answered_a_step_before(setup, tmp_path):
    network, inputs = network_of((3, 2)), inputs_of()
    done = deploy_step_by_step(network, inputs, [setup], tmp_path / "out")
    below = []
    for layer, (drive, readout) in enumerate(zip(done.drives, done.readouts, strict=True)):
        assert readout.shape == (3, (3, 2)[layer], 6, 2)
        own, readout = network.layer(layer), torch.as_tensor(readout)
        with torch.no_grad():
            mixed = network.mix(layer, torch.as_tensor(inputs, dtype=torch.float32), below)
            seen = own.normalise(readout).transpose(1, 2).flatten(2)
            fed = torch.cat([torch.zeros_like(seen[:, :1]), seen[:, :-1]], dim=1)
            expected = own.drives(mixed + own.recurrence(fed))
        np.testing.assert_allclose(drive, expected, atol=1e-5)
        below.append(readout)
    assert done.outputs.shape == (3, 6, 1)
    assert [path.name for path in done.runs] == ["layer0.zarr", "layer1.zarr"]
    first, second = map(Run.open, done.runs)
    assert first.metadata.run_id in second.metadata.lineage
    assert len(first.dataset("steps")["step"]) == 18
    assert seconds_step_by_step(network, [setup], 3, 6) == pytest.approx(2 * 3 * (0.41 + 6 * 0.01005))


def test_an_episode_ends_where_its_own_example_does(setup, tmp_path):
    network, lengths = network_of((2,)), np.array([6, 2, 4])
    done = deploy_step_by_step(network, inputs_of(), [setup], tmp_path / "out", lengths=lengths)
    (run,) = map(Run.open, done.runs)
    assert len(run.dataset("steps")["step"]) == lengths.sum()
    assert np.isfinite(done.outputs).all()
    assert (done.drives[0][1, :, 2:] == -1).all()


def test_nodes_take_the_devices_of_several_setups_in_turn(setup, tmp_path):
    network, inputs = network_of((3,)), inputs_of(2)
    with open_named_setup("sim:memristor", specimen=5) as other:
        done = deploy_step_by_step(network, inputs, [setup, other], tmp_path / "out")
    assert [path.name for path in done.runs] == ["layer0.zarr", "layer0-device1.zarr"]
    first, second = (Run.open(path).dataset()["drive"].values for path in done.runs)
    np.testing.assert_allclose(done.drives[0][:, [0, 2]], first[:, :2], atol=1e-6)
    np.testing.assert_allclose(done.drives[0][:, 1], second[:, 0], atol=1e-6)
    assert np.all(first[:, 2:] == -1)


def test_a_deployment_that_was_stopped_goes_on_with_the_next_example(setup, tmp_path):
    network, inputs, out = network_of(), inputs_of(4), tmp_path / "out"
    observer = Observer()

    def stop_early(name, fraction, doing=""):
        if fraction >= 0.5:
            observer.stop.stop("somebody pressed stop")

    watching = Watching(stop_early)
    watching.stop = observer.stop
    with pytest.raises(AbortedError, match="pressed stop"):
        deploy_step_by_step(network, inputs, [setup], out, observer=watching)
    stopped = Run.open(out / "layer0.zarr")
    assert stopped.status is Status.ABORTED
    assert 1 <= stopped.rows() < 4
    done = deploy_step_by_step(network, inputs, [setup], out, [PlayOptions(resume=True)])
    run = Run.open(out / "layer0.zarr")
    assert run.status is Status.COMPLETE
    assert run.dataset()["sequence"].values.tolist() == [0, 1, 2, 3]
    again = deploy_step_by_step(network, inputs, [setup], out, [PlayOptions(resume=True)])
    np.testing.assert_array_equal(again.outputs, done.outputs)


def test_more_nodes_than_devices_and_setups_that_play_whole_trials_are_refused(setup, tmp_path):
    with pytest.raises(LabError, match=r"layer 0 puts 9 nodes on a setup of 8 device\(s\). Train without"):
        deploy_step_by_step(network_of((9,)), inputs_of(), [setup], tmp_path / "out")
    with open_named_setup("sim:memristor-smu") as one, pytest.raises(LabError, match="2 nodes on a"):
        deploy_step_by_step(network_of((2,)), inputs_of(), [one], tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_steps_that_came_late_are_found(tmp_path):
    with open_named_setup("sim:memristor-smu") as one:
        done = deploy_step_by_step(network_of((1,)), inputs_of(1), [one], tmp_path / "out")
    (found,) = late_steps([Run.open(path) for path in done.runs])
    assert found.what == "steps came late"
    assert "one every 29 ms in the median, where 20 ms were meant" in found.detail
