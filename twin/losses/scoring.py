"""Free-running loss: proper scores of paths, of one-time and of two-time, two-channel marginals."""

# pyright: reportUnknownVariableType=false

from __future__ import annotations

import torch
from nado_lab.twin.losses.crps import crps
from nado_lab.twin.losses.energy import energy_score
from nado_lab.twin.model.start import Start
from nado_lab.twin.model.twin import Twin
from torch import Tensor

MOST_CHANNELS = 48


def sample_paths(
    twin: Twin,
    drive: Tensor,
    members: int,
    generator: torch.Generator,
    start: Start | None = None,
    channels: Tensor | slice = slice(None),
) -> Tensor:
    """Draw readouts (member, row, step, channel) in units of std, observation noise included."""
    rows = drive.repeat(members, 1, 1)
    if start is not None:
        start = start.repeat(members)
    components = twin.paths(rows, start, generator=generator)
    return twin.read(components, True, generator, channels).unflatten(0, (members, len(drive)))


def some_channels(count: int, generator: torch.Generator) -> Tensor | slice:
    """Choose at random what a step of a fit scores of many channels; of few, all."""
    if count <= MOST_CHANNELS:
        return slice(None)
    return torch.randperm(count, generator=generator)[:MOST_CHANNELS]


def free_running(members: Tensor, truth: Tensor, generator: torch.Generator) -> Tensor:
    """Score members (member, row, step, channel) against truth (row, step, channel): a number."""
    paths = energy_score(members.flatten(2), truth.flatten(1)).mean()
    return crps(members, truth).mean() + 0.5 * two_time(members, truth, generator) + 0.5 * paths


def two_time(members: Tensor, truth: Tensor, generator: torch.Generator) -> Tensor:
    """Score y(t, i) - s y(t - k, j) for a random lag k, a random pairing of channels and a sign s."""
    steps, channels = truth.shape[-2:]
    lag = min(int(torch.randint(1, 9, (), generator=generator)), steps - 1)
    sign = 1.0
    order = torch.arange(channels)
    if channels > 1 and torch.rand((), generator=generator) < 0.5:
        order = torch.randperm(channels, generator=generator)
        lag = lag if torch.rand((), generator=generator) < 0.5 else 0
        sign = 1.0 if torch.rand((), generator=generator) < 0.5 else -1.0
    return crps(_combine(members, lag, order, sign), _combine(truth, lag, order, sign)).mean()


def _combine(y: Tensor, lag: int, order: Tensor, sign: float) -> Tensor:
    steps = y.shape[-2]
    return y[..., lag:, :] - sign * y[..., : steps - lag, :][..., order]
