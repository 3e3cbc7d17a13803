"""A task of one's own: say the product of two inputs, which nothing linear can."""

import torch
from nado_lab.network import Examples, Metric, Task
from pydantic import NonNegativeInt, PositiveInt


def two_input_product(
    train: PositiveInt = 120,
    test: PositiveInt = 40,
    steps: PositiveInt = 30,
    washout: NonNegativeInt = 5,
    seed: NonNegativeInt = 0,
) -> Task:
    """See u and v (trial, step, 2), uniform in [-1, 1]; say 3 u(t) v(t), whose deviation is 1."""
    draw = torch.Generator().manual_seed(seed)
    inputs = 2 * torch.rand(train + test, steps, 2, generator=draw) - 1
    examples = Examples(inputs, 3 * inputs.prod(dim=-1, keepdim=True))
    return Task("two-input-product", Metric.NRMSE, 1, examples[:train], examples[train:], washout)
