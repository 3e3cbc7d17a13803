"""Digits by rows: deterministic, disjoint, stratified."""

import pytest
import torch
from nado_lab.network import TaskError, load_task


def test_rows_are_steps_and_the_split_is_stratified_and_disjoint():
    task = load_task("temporal-mnist", train=3000, test=300)
    assert task.train.inputs.shape == (3000, 28, 28)
    assert 0 <= task.train.inputs.min() < task.train.inputs.max() <= 1
    assert torch.bincount(task.test.targets).tolist() == [30] * 10
    seen = {row.numpy().tobytes() for row in task.train.inputs}
    assert not any(row.numpy().tobytes() in seen for row in task.test.inputs)


def test_the_seed_decides_the_split():
    first, again, other = (
        load_task("temporal-mnist", train=100, test=50, seed=seed).test.inputs for seed in (1, 1, 2)
    )
    assert torch.equal(first, again)
    assert not torch.equal(first, other)


def test_impossible_requests_are_named():
    with pytest.raises(TaskError, match="5000"):
        load_task("temporal-mnist", train=5000, test=1)
    with pytest.raises(TaskError, match="temporal-mnist"):
        load_task("nonsense")
    with pytest.raises(TaskError, match="no option colour"):
        load_task("temporal-mnist", colour=3)
