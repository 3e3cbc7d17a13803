"""Time series as trials: each trial starts the device anew, so its first steps do not count."""

import torch
from nado_lab.network.errors import TaskError
from nado_lab.network.lengths import own_rows
from nado_lab.network.tasks.metric import Metric
from nado_lab.network.tasks.task import Examples, Task
from torch import Tensor

LEAST_VARIANCE = 1e-12


def standardise(values: Tensor, like: Tensor) -> Tensor:
    """Shift and scale values (..., feature) by the mean and deviation of `like` over all but features."""
    flat = like.flatten(0, -2)
    return (values - flat.mean(0)) / flat.std(0).clamp_min(1e-12)


def cut(series: Tensor, steps: int) -> Tensor:
    """Cut a series (time, feature) into whole trials (trial, step, feature); the rest is left out."""
    trials = len(series) // steps
    return series[: trials * steps].reshape(trials, steps, series.shape[-1])


def regression(
    name: str,
    inputs: Tensor,
    targets: Tensor,
    train: int,
    test: int,
    washout: int,
    lengths: Tensor | None = None,
) -> Task:
    """Make a task of trials in time order: the first `train` to train on, the next `test` to test on."""
    if train < 1 or test < 1 or train + test > len(inputs):
        raise TaskError(f"{name}: {train} + {test} trials are asked for; there are {len(inputs)}")
    if not 0 <= washout < inputs.shape[1]:
        raise TaskError(f"{name}: a washout of {washout} steps leaves nothing of {inputs.shape[1]} steps")
    x, y = inputs.float(), targets.float()
    learnt = None if lengths is None else lengths[:train]
    x, y = (standardise(values, own_rows(values[:train], learnt)) for values in (x, y))
    examples = Examples(x, y, lengths)
    task = Task(
        name=name,
        metric=Metric.NRMSE,
        outputs=y.shape[-1],
        train=examples[:train],
        test=examples[train : train + test],
        washout=washout,
    )
    scored = task.counted(task.test.targets, task.test.lengths).flatten(0, -2)
    if not len(scored) or (scored.var(0, unbiased=False) < LEAST_VARIANCE).any():
        raise TaskError(f"{name}: an output does not vary over the test trials, so errors have no scale")
    return task


def pairs(series: Tensor, horizon: int) -> tuple[Tensor, Tensor]:
    """Return what is seen now (time, feature) and what is to be said of `horizon` steps later."""
    if horizon < 1:
        raise TaskError(f"a horizon is at least 1 step, got {horizon}")
    return series[:-horizon], series[horizon:]


def generator(seed: int, *salt: int) -> torch.Generator:
    """Return a generator for this seed and salt."""
    mixed = seed
    for value in salt:
        mixed = (mixed * 1_000_003 + value) % 2**63
    return torch.Generator().manual_seed(mixed)
