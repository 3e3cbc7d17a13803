"""Sparse and quantised weights, and the structure of a network's connections."""

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from nado_lab.network import NetworkError, RunOptions, TrainSettings, build, load, load_task, save, train
from nado_lab.network.connection import choose_sources, quantise

INPUTS = torch.rand(6, 7, 5, generator=torch.Generator().manual_seed(3))


@settings(deadline=None, max_examples=30)
@given(st.integers(2, 64), st.integers(0, 1000))
def test_quantised_weights_take_few_values_and_err_by_half_a_level(levels, seed):
    weight = torch.randn(20, 10, generator=torch.Generator().manual_seed(seed))
    rounded = quantise(weight, levels)
    assert len(torch.unique((rounded * 1e4).round())) <= levels
    half = weight.abs().max() / (levels - 1)
    assert (rounded - weight).abs().max() <= half * 1.0001


def test_the_gradient_passes_straight_through_the_levels():
    weight = torch.randn(4, 3, requires_grad=True)
    (quantise(weight, 3) * torch.arange(12.0).reshape(4, 3)).sum().backward()
    torch.testing.assert_close(weight.grad, torch.arange(12.0).reshape(4, 3))


def test_fan_in_is_exact_and_random():
    mask = choose_sources(50, 30, 4, torch.Generator().manual_seed(0))
    assert (mask.sum(1) == 4).all()
    assert mask.sum(0).max() < 20
    assert (choose_sources(5, 3, 4, torch.Generator()).sum(1) == 3).all()


def test_sparse_few_level_networks_stay_so_in_training_and_in_their_file(leaky, tmp_path):
    task = load_task("temporal-mnist", train=200, test=50)
    how = TrainSettings(nodes=(4, 3), fan_in=6, levels=5, epochs=2)
    network = train(task, leaky(), how)
    back = load(save(network, tmp_path / "a.net")).network
    for layer in range(2):
        realised = back.connection(layer).realised
        assert ((realised != 0).sum(1) <= 6).all()
        assert len(torch.unique((realised.detach() * 1e4).round())) <= 5
        assert torch.equal(realised, network.connection(layer).realised)
    dense = train(task, leaky(), how.model_copy(update={"fan_in": None}))
    assert network.parameter_count < dense.parameter_count


def test_fan_in_counts_recurrent_connections_too(leaky):
    network = build(INPUTS, 3, leaky(), (4,), recurrent=True, fan_in=5)
    kept = network.connection(0).mask.sum(1) + network.recurrence(0).mask.sum(1)
    assert (kept == 5).all()


@pytest.mark.parametrize(("skip", "sources"), [(True, [5, 5 + 20, 5 + 20 + 30]), (False, [5, 20, 30])])
def test_skip_connections_decide_what_a_layer_sees(leaky, skip, sources):
    network = build(INPUTS, 3, leaky(), (2, 3, 4), skip=skip)
    assert [network.connection(layer).in_features for layer in range(3)] == sources
    readouts = network.respond(INPUTS, leaky(), noise=False)
    moved = [readouts[0] * 1.1, readouts[1]]
    same = torch.equal(network.drives(2, INPUTS, readouts[:2]), network.drives(2, INPUTS, moved))
    assert same is not skip


def test_layers_may_be_of_different_devices(leaky):
    mixed = [leaky(seed=1), leaky(seed=2, ports=3)]
    network = build(INPUTS, 3, mixed, (4, 2))
    assert network.drives(1, INPUTS, [mixed[0].respond(network.drives(0, INPUTS, []))]).shape == (6, 2, 7, 3)
    assert network(INPUTS, mixed).shape == (6, 3)


def test_recurrent_connections_carry_the_past(leaky):
    network = build(INPUTS, 3, leaky(), (4,), recurrent=True)
    changed = INPUTS.clone()
    changed[:, 2] += 1
    first, second = (network.run(x, leaky(), RunOptions(noise=False))[0].drives for x in (INPUTS, changed))
    difference = (first - second).abs().amax((0, 1, 3))
    assert (difference[:2] == 0).all()
    assert (difference[2:5] > 0).all()


def test_without_recurrent_weights_steps_and_trials_agree(leaky):
    network = build(INPUTS, 3, leaky(), (4,), recurrent=True)
    torch.nn.init.zeros_(network.recurrence(0).weight)
    (trace,) = network.run(INPUTS, leaky(), RunOptions(noise=False))
    torch.testing.assert_close(trace.readouts, leaky().respond(trace.drives, noise=False))


def test_recurrent_networks_refuse_to_be_deployed_trial_by_trial(leaky):
    network = build(INPUTS, 3, leaky(), (4,), recurrent=True)
    with pytest.raises(NetworkError, match="cannot realise"):
        network.drives(0, INPUTS, [])
