"""A user's arrays: what is accepted, and what is refused in words."""

from pathlib import Path

import numpy as np
import pytest
import torch
from nado_lab.network import Metric, TaskError, load_task

RANDOM = np.random.default_rng(0)
INPUTS = 5 + 3 * RANDOM.standard_normal((50, 8, 2))


def write(tmp_path, **arrays):
    path = tmp_path / "mine.npz"
    np.savez(path, **arrays)
    return str(path)


def test_classes_are_split_four_to_one_and_inputs_standardised(tmp_path):
    task = load_task(write(tmp_path, inputs=INPUTS, targets=np.arange(50) % 5))
    assert (task.metric, task.outputs, len(task.train), len(task.test)) == (Metric.ACCURACY, 5, 40, 10)
    assert torch.bincount(task.test.targets).tolist() == [2] * 5
    torch.testing.assert_close(task.train.inputs.std((0, 1)), torch.ones(2), atol=0.02, rtol=0)


def test_series_keep_their_order(tmp_path):
    targets = np.cumsum(np.ones((50, 8, 1)), axis=0)
    task = load_task(write(tmp_path, inputs=INPUTS, targets=targets), train=30, test=20, washout=2)
    assert not task.is_classification
    assert task.train.targets.max() < task.test.targets.min()


@pytest.mark.parametrize(
    "arrays",
    [
        {"inputs": INPUTS},
        {"inputs": INPUTS[0], "targets": np.arange(8)},
        {"inputs": INPUTS, "targets": np.arange(49)},
        {"inputs": INPUTS, "targets": np.arange(50) / 2},
        {"inputs": INPUTS, "targets": np.arange(50) - 1},
        {"inputs": INPUTS * np.nan, "targets": np.arange(50)},
        {"inputs": np.array([None, 1]), "targets": np.arange(2)},
        {"inputs": INPUTS[:0], "targets": np.arange(0)},
        {"inputs": INPUTS + 1j, "targets": np.arange(50)},
        {"inputs": INPUTS.astype(str), "targets": np.arange(50)},
        {"inputs": 1e300 * INPUTS, "targets": np.arange(50)},
        {"inputs": INPUTS, "targets": np.zeros((50, 8, 1))},
        {"inputs": INPUTS, "targets": np.full((50, 8, 1), "a")},
    ],
)
def test_other_arrays_are_refused(tmp_path, arrays):
    with pytest.raises(TaskError):
        load_task(write(tmp_path, **arrays))


def test_other_files_are_refused(tmp_path):
    (tmp_path / "no.npz").write_text("not an archive")
    (tmp_path / "empty.npz").touch()
    whole = Path(write(tmp_path, inputs=INPUTS, targets=np.arange(50) % 5))
    (tmp_path / "cut.npz").write_bytes(whole.read_bytes()[:3000])
    with (tmp_path / "single.npz").open("wb") as file:
        np.save(file, INPUTS)
    for name in ("single.npz", "no.npz", "empty.npz", "cut.npz", "none.npz", "mine.mat"):
        with pytest.raises(TaskError) as refused:
            load_task(str(tmp_path / name))
        assert "pickle" not in str(refused.value)


def test_labels_with_gaps_and_one_class_are_refused_in_words(tmp_path):
    with pytest.raises(TaskError, match=r"3 classes are labelled up to 1400 .* number them 0 to 2"):
        load_task(write(tmp_path, inputs=INPUTS, targets=700 * (np.arange(50) % 3)))
    with pytest.raises(TaskError, match="all examples are of class 4: there is nothing to tell apart"):
        load_task(write(tmp_path, inputs=INPUTS, targets=np.full(50, 4)))
    assert load_task(write(tmp_path, inputs=INPUTS, targets=9 * (np.arange(50) % 2))).outputs == 10


def test_examples_that_train_and_test_are_said(tmp_path, caplog):
    twice = {"inputs": np.concatenate([INPUTS, INPUTS]), "targets": np.tile(np.arange(50) % 5, 2)}
    load_task(write(tmp_path, **twice))
    assert "test examples stand among the training examples" in caplog.text
    caplog.clear()
    load_task(write(tmp_path, inputs=INPUTS, targets=np.arange(50) % 5))
    assert not caplog.text


@pytest.mark.parametrize("targets", [np.arange(20) % 2, RANDOM.normal(size=(20, 7, 1))])
def test_trials_of_unequal_length_are_padded_and_standardised_by_their_own_steps(tmp_path, targets):
    inputs, lengths = RANDOM.normal(5, 2, (20, 7, 1)), np.arange(20) % 5 + 3
    padding = np.arange(7) >= lengths[:, None]
    inputs[padding] = np.nan
    path = tmp_path / "mine.npz"
    np.savez(path, inputs=inputs, targets=targets, lengths=lengths)
    task = load_task(str(path), train=15, test=5)
    assert sorted([*task.train.lengths.tolist(), *task.test.lengths.tolist()]) == sorted(lengths)
    own = task.train.inputs[torch.arange(7) < task.train.lengths.unsqueeze(1)]
    assert own.mean().abs() < 1e-5
    assert own.std() == pytest.approx(1, abs=1e-4)
    assert (task.train.inputs[torch.arange(7) >= task.train.lengths.unsqueeze(1)] == 0).all()


@pytest.mark.parametrize("lengths", [np.full(20, 8), np.zeros(20, int), np.full(3, 2), np.full(20, 2.0)])
def test_lengths_that_do_not_fit_are_refused(tmp_path, lengths):
    path = tmp_path / "mine.npz"
    np.savez(path, inputs=np.zeros((20, 7, 1)), targets=np.arange(20) % 2, lengths=lengths)
    with pytest.raises(TaskError, match="lengths must be 20 whole numbers from 1 to 7"):
        load_task(str(path))
