"""The network as a map: shapes, ranges, closed forms, who depends on whom."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from nado_lab.network import LayerSpec, NetworkError, NetworkSpec, StepReadout, build
from nado_lab.network.device import respond_nodes
from nado_lab.network.step_features import delayed, step_features

INPUTS = torch.rand(6, 7, 5, generator=torch.Generator().manual_seed(3))


@pytest.mark.parametrize("delays", [{}, {"delays": 2}, {"readout": StepReadout.EACH, "readout_delays": 3}])
def test_deploying_layer_by_layer_gives_the_answers_of_forward(leaky, delays):
    twin = leaky()
    network = build(INPUTS, 3, twin, (4, 2), **delays)
    torch.nn.init.normal_(network.readout.weight)
    readouts = []
    for layer in range(network.layer_count):
        drives = network.drives(layer, INPUTS, readouts)
        assert drives.shape == (6, network.spec.layers[layer].nodes, 7, 1)
        readouts.append(twin.respond(drives, noise=False))
    torch.testing.assert_close(network.decode(readouts), network(INPUTS, twin, noise=False))


@settings(deadline=None, max_examples=20)
@given(st.floats(-1e6, 1e6))
def test_no_input_drives_a_device_out_of_its_range(scale):
    layer = LayerSpec(nodes=3, ports=2, channels=("a",))
    from nado_lab.network import DeviceNetwork

    network = DeviceNetwork(NetworkSpec(features=5, outputs=2, steps=7, layers=(layer,)))
    drives = network.drives(0, INPUTS * scale, [])
    assert drives.abs().max() <= 1.0


def test_initial_drives_fill_the_range_in_every_layer(leaky):
    twin = leaky()
    network = build(INPUTS, 3, twin, (6, 6))
    readouts = network.respond(INPUTS, twin)
    for layer in range(2):
        drives = network.drives(layer, INPUTS, readouts[:layer])
        assert drives.std(dim=(0, 2)).min() > 0.3


def test_readouts_are_normalised_by_the_twins_mean_and_deviation(leaky):
    twin = leaky()
    network = build(INPUTS, 3, twin, (2,))
    readout = twin.readout_mean + 2 * twin.readout_std
    torch.testing.assert_close(network.layer(0).normalise(readout), torch.full((10,), 2.0))


@pytest.mark.parametrize(
    ("readout", "expected"),
    [
        (StepReadout.MEAN, [[3.0]]),
        (StepReadout.LAST, [[6.0]]),
        (StepReadout.ALL, [[0.0, 1, 2, 3, 4, 5, 6]]),
        (StepReadout.WINDOWS, [[1.0, 3.5, 5.5]]),
        (StepReadout.EACH, [[[0.0], [1], [2], [3], [4], [5], [6]]]),
    ],
)
def test_step_features_of_a_ramp(readout, expected):
    layer = LayerSpec(nodes=1, ports=1, channels=("a",))
    spec = NetworkSpec(features=1, outputs=1, steps=7, layers=(layer,), readout=readout, windows=3)
    ramp = torch.arange(7.0).reshape(1, 1, 7, 1)
    features = step_features(ramp, spec)
    torch.testing.assert_close(features, torch.tensor(expected))
    assert features.shape[-1] == spec.readout_features


def test_delays_of_a_ramp():
    ramp = torch.arange(1.0, 4.0).reshape(1, 3, 1)
    torch.testing.assert_close(delayed(ramp, 2), torch.tensor([[[0.0, 0, 1], [0, 1, 2], [1, 2, 3]]]))
    assert delayed(ramp, 0) is ramp


def test_a_drive_depends_on_the_inputs_of_its_delays_and_on_nothing_else(leaky):
    network = build(INPUTS, 3, leaky(), (4,), delays=2)
    changed = INPUTS.clone()
    changed[:, 3] += 1.0
    moved = (network.drives(0, changed, []) - network.drives(0, INPUTS, [])).abs().amax((0, 1, 3))
    assert (moved[[3, 4, 5]] > 1e-3).all()
    assert (moved[[0, 1, 2, 6]] == 0).all()


def test_delays_of_the_readout_need_an_answer_at_each_step(leaky):
    told = "no such network: readout_delays needs an answer at each step, not readout mean"
    with pytest.raises(NetworkError, match=told):
        build(INPUTS, 3, leaky(), (4,), readout=StepReadout.MEAN, readout_delays=2)


def test_nodes_take_their_own_twins_in_turn(leaky):
    twins = [leaky(seed=1), leaky(seed=2)]
    drives = torch.rand(4, 5, 6, 1)
    together = respond_nodes(twins, drives, noise=False)
    for node in range(5):
        alone = twins[node % 2].respond(drives[:, node], noise=False)
        torch.testing.assert_close(together[:, node], alone)


def test_gradients_reach_the_first_layer_through_the_twin(leaky):
    twin = leaky()
    network = build(INPUTS, 3, twin, (3, 2))
    torch.nn.init.normal_(network.readout.weight)
    network(INPUTS, twin).square().sum().backward()
    assert network.connection(0).weight.grad.abs().min() > 0


def test_wrong_inputs_are_named(leaky):
    network = build(INPUTS, 3, leaky(), (2, 2))
    with pytest.raises(NetworkError, match="5 features"):
        network.drives(0, INPUTS[..., :4], [])
    with pytest.raises(NetworkError, match="lower layer"):
        network.drives(1, INPUTS, [])
    with pytest.raises(NetworkError, match="2 layers"):
        network.decode([])
    with pytest.raises(NetworkError, match="one a layer"):
        network(INPUTS, [leaky()])
