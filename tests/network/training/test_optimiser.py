"""The optimiser: its cycle, its steps, and that its state is all there is."""

import pytest
import torch
from nado_lab.network.training.optimiser import WARM_UP, Optimiser, cycle
from torch import nn


def quadratic(weight):
    return (weight - 3.0).square().mean()


def descend(optimiser, weight, steps):
    for _ in range(steps):
        quadratic(weight).backward()
        optimiser.step()


def new(shape=(4, 5), total=200):
    weight = nn.Parameter(torch.zeros(shape))
    return weight, Optimiser([weight], rate=0.2, decay=0.0, clip=1e9, total=total)


def test_the_rate_rises_to_its_largest_and_falls_to_nearly_nothing():
    assert cycle(0.0) == pytest.approx(0.04)
    assert cycle(WARM_UP) == pytest.approx(1.0)
    assert cycle(1.0) == pytest.approx(1e-4)
    assert all(cycle(a / 100) > cycle((a + 1) / 100) for a in range(26, 100))


def test_a_quadratic_is_minimised():
    weight, optimiser = new()
    descend(optimiser, weight, 200)
    assert optimiser.done == 1.0
    torch.testing.assert_close(weight.detach(), torch.full((4, 5), 3.0), atol=0.02, rtol=0)


def test_weights_with_many_sources_take_smaller_steps():
    moved = []
    for sources in (512, 1024, 2048):
        weight, optimiser = new((1, sources))
        descend(optimiser, weight, 1)
        moved.append(float(weight.detach().mean()))
    assert moved[1] == pytest.approx(moved[0] / 2, rel=1e-4)
    assert moved[2] == pytest.approx(moved[0] / 4, rel=1e-4)


def test_a_restored_optimiser_takes_the_very_same_steps():
    weight, optimiser = new()
    descend(optimiser, weight, 10)
    again, other = new()
    again.data.copy_(weight.data)
    other.restore(optimiser.state())
    descend(optimiser, weight, 5)
    descend(other, again, 5)
    assert torch.equal(weight, again)
