"""A task of one's own: say the product of two inputs, one of them a step ago."""

import torch
from nado_lab.network import Examples, Metric, Task
from pydantic import NonNegativeInt, PositiveInt


def delayed_product(
    train: PositiveInt = 60,
    test: PositiveInt = 20,
    steps: PositiveInt = 30,
    washout: NonNegativeInt = 5,
    seed: NonNegativeInt = 0,
) -> Task:
    """See u and v (trial, step, 2), uniform in [-1, 1]; say u(t) v(t - 1)."""
    draw = torch.Generator().manual_seed(seed)
    inputs = 2 * torch.rand(train + test, steps, 2, generator=draw, dtype=torch.float64) - 1
    before = torch.roll(inputs[..., 1:], 1, dims=1)
    examples = Examples(inputs, inputs[..., :1] * before)
    return Task("delayed-product", Metric.NRMSE, 1, examples[:train], examples[train:], washout)
