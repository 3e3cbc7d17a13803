"""A training that was killed goes on as if it had not been."""

from pathlib import Path

import pytest
import torch
from nado_lab.network import (
    Checkpoint,
    Method,
    NetworkError,
    NetworkFileError,
    TrainSettings,
    Variant,
    load_task,
    train,
)
from nado_lab.observer import StoppedError

SETTINGS = TrainSettings(nodes=(3,), epochs=3, noise_ramp=0.7, shift=1)


@pytest.fixture(scope="module")
def digits():
    """Return a small temporal MNIST."""
    return load_task("temporal-mnist", train=150, test=50)


def test_a_resumed_training_equals_one_never_stopped(leaky, digits, listener, tmp_path):
    whole = train(digits, leaky(), SETTINGS)
    kept = Checkpoint(tmp_path / "a.ckpt")
    with pytest.raises(StoppedError, match="after epoch 2 of 3"):
        train(digits, leaky(), SETTINGS, listener(stop_after=2), kept)
    seen = listener()
    resumed = train(digits, leaky(), SETTINGS, seen, kept)
    assert seen.epochs == [3]
    for name, value in whole.state_dict().items():
        assert torch.equal(value, resumed.state_dict()[name]), name


def test_cascade_learning_goes_on_in_the_layer_where_it_was_killed(leaky, digits, listener, tmp_path):
    how = SETTINGS.model_copy(update={"nodes": (2, 2), "epochs": 4, "method": Method.CASCADE})
    whole = train(digits, leaky(), how)
    kept = Checkpoint(tmp_path / "a.ckpt")
    with pytest.raises(StoppedError):
        train(digits, leaky(), how, listener(stop_after=3), kept)
    seen = listener()
    resumed = train(digits, leaky(), how, seen, kept)
    assert seen.epochs == [4]
    assert seen.shares == [1.0]
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


def test_a_training_that_has_no_state_refuses_a_checkpoint(leaky, digits, tmp_path):
    settings = TrainSettings(variant=Variant.RESERVOIR, nodes=(2,))
    with pytest.raises(NetworkError, match="leave the checkpoint out"):
        train(digits, leaky(), settings, checkpoint=Checkpoint(tmp_path / "a.ckpt"))


def test_a_full_disk_ends_no_training_and_leaves_the_state_before(
    leaky, digits, listener, tmp_path, monkeypatch, caplog
):
    kept = Checkpoint(tmp_path / "a.ckpt")
    with pytest.raises(StoppedError):
        train(digits, leaky(), SETTINGS, listener(stop_after=1), kept)
    before, write = kept.path.read_bytes(), Path.write_bytes

    def full(path, content):
        write(path, content[:100])
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with caplog.at_level("WARNING"):
        train(digits, leaky(), SETTINGS, checkpoint=kept)
    assert "a.ckpt cannot be written (No space left on device); the training goes on" in caplog.text
    assert [path.name for path in tmp_path.iterdir()] == ["a.ckpt"]
    assert kept.path.read_bytes() == before
