"""Training through a twin: it learns, it is reproducible, and noise-awareness pays."""

import pytest
import torch
from nado_lab.network import NetworkError, TrainSettings, load_task, score_on_twins, train

QUICK = {"nodes": (8,), "epochs": 4}


@pytest.fixture(scope="module")
def digits():
    """Return a small temporal MNIST."""
    return load_task("temporal-mnist", train=600, test=200)


def test_training_beats_random_weights_and_survives_noise(leaky, digits):
    twin = leaky(noise=0.5)
    score = {
        variant: score_on_twins(train(digits, twin, TrainSettings(variant=variant, **QUICK)), digits, twin)
        for variant in ("noise-aware", "reservoir")
    }
    assert score["noise-aware"] > score["reservoir"] + 0.05
    assert score["reservoir"] > 0.2


def test_the_seed_decides_every_number(leaky, digits):
    small = {"nodes": (3,), "epochs": 1}
    first, second = (train(digits, leaky(), TrainSettings(seed=5, **small)) for _ in range(2))
    other = train(digits, leaky(), TrainSettings(seed=6, **small))
    for name, value in first.state_dict().items():
        assert torch.equal(value, second.state_dict()[name]), name
    assert not torch.equal(first.readout.weight, other.readout.weight)


def test_the_twin_is_left_as_it_was(leaky, digits):
    twin = leaky()
    before = {k: v.clone() for k, v in twin.state_dict().items()}
    train(digits, twin, TrainSettings(nodes=(3,), epochs=1))
    assert all(torch.equal(before[k], v) for k, v in twin.state_dict().items())
    assert all(p.requires_grad and p.grad is None for p in twin.parameters())


def test_progress_is_told_every_epoch(leaky, digits, listener):
    seen = listener()
    train(digits, leaky(), TrainSettings(nodes=(4,), epochs=3), seen)
    assert seen.epochs == [1, 2, 3]
    assert seen.shares == [1 / 3, 2 / 3, 1.0]
    assert seen.told[-1].figures["loss"] < seen.told[0].figures["loss"]


def test_a_twin_that_diverges_is_reported(leaky, digits):
    twin = leaky()
    twin.leak.data.fill_(float("nan"))
    with pytest.raises(NetworkError, match="not finite"):
        train(digits, twin, TrainSettings(nodes=(2,), epochs=1))
