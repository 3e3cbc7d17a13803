"""NARMA-10: a nonlinear moving average over ten steps (Atiya & Parlos, IEEE TNN 11, 697, 2000)."""

import torch
from nado_lab.network.tasks.series import generator, regression
from nado_lab.network.tasks.task import Task
from pydantic import NonNegativeInt, PositiveInt
from torch import Tensor

ORDER, SETTLE = 10, 40


def narma10(
    train: PositiveInt = 120,
    test: PositiveInt = 40,
    seed: NonNegativeInt = 0,
    steps: PositiveInt = 100,
    washout: NonNegativeInt = 30,
) -> Task:
    """See u(t) uniform in [0, 0.5], say y(t): independent trials (trial, step, 1)."""
    draw = generator(seed, 10)
    inputs = 0.5 * torch.rand(2 * (train + test), SETTLE + steps, generator=draw, dtype=torch.float64)
    outputs = respond(inputs)
    bounded = outputs.abs().amax(1) < 1.5
    inputs, outputs = inputs[bounded, SETTLE:, None], outputs[bounded, SETTLE:, None]
    return regression("narma-10", inputs, outputs, train, test, washout)


def respond(inputs: Tensor) -> Tensor:
    """Return y of u (trial, step): y(t+1) = 0.3 y + 0.05 y sum_i y(t-i) + 1.5 u(t-9) u(t) + 0.1, i = 0..9."""
    y = torch.zeros_like(inputs)
    for t in range(ORDER - 1, inputs.shape[1] - 1):
        past = y[:, t - ORDER + 1 : t + 1].sum(1)
        product = inputs[:, t - ORDER + 1] * inputs[:, t]
        y[:, t + 1] = (0.3 * y[:, t] + 0.05 * y[:, t] * past + 1.5 * product + 0.1).clamp(-10, 10)
    return y
