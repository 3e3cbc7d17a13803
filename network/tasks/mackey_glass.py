"""Forecasting the Mackey-Glass series (Science 197, 287, 1977), tau = 17."""

# pyright: reportMissingTypeStubs=false, reportUnknownVariableType=false

import torch
from nado_lab.network.tasks.series import cut, pairs, regression
from nado_lab.network.tasks.task import Task
from pydantic import NonNegativeInt, PositiveInt


def mackey_glass(
    train: PositiveInt = 120,
    test: PositiveInt = 40,
    seed: NonNegativeInt = 0,
    horizon: PositiveInt = 10,
    steps: PositiveInt = 100,
    washout: NonNegativeInt = 30,
) -> Task:
    """See x(t), say x(t + horizon): trials (trial, step, 1) cut from one series, in time order."""
    from reservoirpy.datasets import mackey_glass as generate

    start = 500
    series = generate(start + (train + test) * steps + horizon, tau=17, seed=seed)[start:]
    seen, wanted = pairs(torch.as_tensor(series), horizon)
    return regression("mackey-glass", cut(seen, steps), cut(wanted, steps), train, test, washout)
