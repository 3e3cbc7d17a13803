"""Sines: turn a sine into another waveform, and tell a sine's next values from few examples."""

import math
from collections.abc import Callable
from enum import StrEnum

import torch
from nado_lab.network.tasks.series import generator, regression
from nado_lab.network.tasks.task import Task
from pydantic import NonNegativeInt, PositiveInt
from torch import Tensor


class Waveform(StrEnum):
    """What a sine is turned into."""

    SQUARE = "square"
    SAWTOOTH = "sawtooth"
    SECOND = "second"
    CUBED = "cubed"


WAVEFORMS: dict[Waveform, Callable[[Tensor], Tensor]] = {
    Waveform.SQUARE: lambda phase: torch.sign(torch.sin(phase)),
    Waveform.SAWTOOTH: lambda phase: torch.remainder(phase / math.pi + 1, 2) - 1,
    Waveform.SECOND: lambda phase: torch.sin(2 * phase),
    Waveform.CUBED: lambda phase: torch.sin(phase) ** 3,
}


def sine_transform(
    train: PositiveInt = 60,
    test: PositiveInt = 30,
    seed: NonNegativeInt = 0,
    waveform: Waveform = Waveform.SQUARE,
    period: PositiveInt = 20,
    steps: PositiveInt = 100,
    washout: NonNegativeInt = 20,
) -> Task:
    """See a sine of random phase, say another waveform of the same phase: (trial, step, 1)."""
    phase = _phases(train + test, steps, period, seed)
    return regression("sine-transform", torch.sin(phase), WAVEFORMS[waveform](phase), train, test, washout)


def few_shot_sines(
    train: PositiveInt = 200,
    test: PositiveInt = 100,
    seed: NonNegativeInt = 0,
    shots: PositiveInt = 10,
    steps: PositiveInt = 30,
) -> Task:
    """Learn a sine within a trial: `shots` steps show (x, sin value), the others x alone, and ask the value.

    Amplitude in [0.5, 2] and phase in [0, pi] differ from trial to trial (Finn et al., arXiv 1703.03400);
    features are x, the value or zero, and whether it is shown.
    """
    draw = generator(seed, 7)
    amplitude = 0.5 + 1.5 * torch.rand(train + test, 1, generator=draw)
    shift = math.pi * torch.rand(train + test, 1, generator=draw)
    x = 10 * torch.rand(train + test, steps, generator=draw) - 5
    value = amplitude * torch.sin(x - shift)
    shown = (torch.arange(steps) < shots).float().expand_as(x)
    inputs = torch.stack([x, value * shown, shown], dim=-1)
    return regression("few-shot-sines", inputs, value.unsqueeze(-1), train, test, washout=shots)


def _phases(trials: int, steps: int, period: int, seed: int) -> Tensor:
    start = 2 * math.pi * torch.rand(trials, 1, 1, generator=generator(seed, 3))
    return start + 2 * math.pi * torch.arange(steps).reshape(1, -1, 1) / period
