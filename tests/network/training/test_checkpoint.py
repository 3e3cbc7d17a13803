"""A training that was killed goes on as if it had not been."""

import pytest
import torch
from nado_lab.network import Checkpoint, Method, NetworkFileError, TrainSettings, load_task, train

SETTINGS = TrainSettings(nodes=(3,), epochs=3, noise_ramp=0.7, shift=1)


class Killed(Exception):
    """Stands for a power cut."""


def kill_after(epochs):
    def progress(row):
        if row["epoch"] == epochs:
            raise Killed

    return progress


@pytest.fixture(scope="module")
def digits():
    """Return a small temporal MNIST."""
    return load_task("temporal-mnist", train=150, test=50)


def test_a_resumed_training_equals_one_never_stopped(leaky, digits, tmp_path):
    whole = train(digits, leaky(), SETTINGS)
    kept = Checkpoint(tmp_path / "a.ckpt")
    with pytest.raises(Killed):
        train(digits, leaky(), SETTINGS, kill_after(2), kept)
    seen = []
    resumed = train(digits, leaky(), SETTINGS, seen.append, kept)
    assert [row["epoch"] for row in seen] == [3]
    for name, value in whole.state_dict().items():
        assert torch.equal(value, resumed.state_dict()[name]), name


def test_cascade_learning_goes_on_in_the_layer_where_it_was_killed(leaky, digits, tmp_path):
    how = SETTINGS.model_copy(update={"nodes": (2, 2), "epochs": 4, "method": Method.CASCADE})
    whole = train(digits, leaky(), how)
    kept = Checkpoint(tmp_path / "a.ckpt")
    with pytest.raises(Killed):
        train(digits, leaky(), how, kill_after(3), kept)
    seen = []
    resumed = train(digits, leaky(), how, seen.append, kept)
    assert [row["epoch"] for row in seen] == [4]
    for name, value in whole.state_dict().items():
        assert torch.equal(value, resumed.state_dict()[name]), name


def test_a_checkpoint_of_another_training_is_refused(leaky, digits, tmp_path):
    kept = Checkpoint(tmp_path / "a.ckpt")
    train(digits, leaky(), SETTINGS.model_copy(update={"epochs": 1}), checkpoint=kept)
    with pytest.raises(NetworkFileError, match="another training"):
        train(digits, leaky(), SETTINGS, checkpoint=kept)
    kept.path.write_bytes(kept.path.read_bytes()[:50])
    with pytest.raises(NetworkFileError, match="damaged"):
        train(digits, leaky(), SETTINGS, checkpoint=kept)
