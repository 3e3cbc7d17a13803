"""Spectra of one device on several grids, brought to one: linear interpolation between known frequencies."""

# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from nado_lab.channels import ChannelAxis
from nado_lab.twin.data.findings import Finding, FindingKind
from nado_lab.twin.data.trials import Trials
from nado_lab.twin.errors import DataError
from nado_lab.units import factor_between
from torch import Tensor

FEWEST_CHANNELS = 3
SAME = 1e-6
"""Places are the same where they differ by less than this share of the distance of neighbours."""


def one_grid(parts: Sequence[Trials]) -> list[Trials]:
    """Bring runs whose channels lie along one known axis to one grid; others are returned as they are.

    It is the grid of the run with the fewest channels where all runs measured, so that nothing is made up.
    """
    axes = [part.axis for part in parts]
    if len({(part.channels, part.axis) for part in parts}) == 1 or any(axis is None for axis in axes):
        return list(parts)
    known = [axis for axis in axes if axis is not None]
    if any(axis.name != known[0].name or _factor(axis, known[0]) is None for axis in known):
        return list(parts)
    low = max(_ends(axis, known[0])[0] for axis in known)
    high = min(_ends(axis, known[0])[1] for axis in known)
    inside = [part.of_channels(_within(part, known[0], low, high)) for part in parts]
    coarsest = min(inside, key=lambda part: len(part.channels))
    if len(coarsest.channels) < FEWEST_CHANNELS:
        raise DataError(
            f"the runs share fewer than {FEWEST_CHANNELS} channels along {known[0].name}: fit them apart"
        )
    return [on_grid_of(coarsest, part) for part in parts]


def on_grid_of(wanted: Trials, trials: Trials) -> Trials:
    """Return trials with the channels of `wanted`, read between those that were measured."""
    if wanted.axis is None:
        return trials
    return on_axis(wanted.axis, wanted.channels, trials)


def on_axis(axis: ChannelAxis, channels: tuple[str, ...], trials: Trials) -> Trials:
    """Return trials read at the places of another axis; DataError where they were not measured that far."""
    own = trials.axis
    factor = None if own is None else _factor(own, axis)
    if own is None or own.name != axis.name or factor is None:
        return trials
    here = torch.tensor(own.values, dtype=torch.float64) * factor
    there = torch.tensor(axis.values, dtype=torch.float64)
    if here.shape == there.shape and bool((here - there).abs().max() < SAME * _step(there)):
        return replace(trials, channels=channels, axis=axis)
    if there.min() < here.min() - _step(here) * SAME or there.max() > here.max() + _step(here) * SAME:
        raise DataError(
            f"channels from {_span(there)} {axis.unit} are needed; the run has {_span(here)} {axis.unit}"
        )
    order = here.argsort()
    text = (
        f"its {len(here)} channels are read at {len(there)} places of {axis.name} from {_span(there)}"
        f" {axis.unit}, by linear interpolation"
    )
    return replace(
        trials,
        readout=_between(trials.readout[..., order], here[order], there),
        initial=None if trials.initial is None else _between(trials.initial[..., order], here[order], there),
        channels=channels,
        units=tuple(dict.fromkeys(trials.units)) * len(channels) if len(set(trials.units)) == 1 else (),
        axis=axis,
        findings=(*trials.findings, Finding(FindingKind.OTHER_GRID, text)),
    )


def _between(values: Tensor, here: Tensor, there: Tensor) -> Tensor:
    """Interpolate values (…, channel) at ascending places `here` linearly to places `there`."""
    right = torch.searchsorted(here, there).clamp(1, len(here) - 1)
    share = ((there - here[right - 1]) / (here[right] - here[right - 1])).clamp(0, 1).to(values.dtype)
    return values[..., right - 1] * (1 - share) + values[..., right] * share


def _within(part: Trials, like: ChannelAxis, low: float, high: float) -> list[str]:
    """Name the channels whose places lie from `low` to `high` of the axis `like`."""
    axis = part.axis
    if axis is None:
        return list(part.channels)
    factor = _factor(axis, like) or 1.0
    edge = SAME * (high - low)
    pairs = zip(part.channels, axis.values, strict=True)
    return [name for name, place in pairs if low - edge <= place * factor <= high + edge]


def _ends(axis: ChannelAxis, like: ChannelAxis) -> tuple[float, float]:
    factor = _factor(axis, like) or 1.0
    return min(axis.values) * factor, max(axis.values) * factor


def _factor(axis: ChannelAxis, like: ChannelAxis) -> float | None:
    return 1.0 if axis.unit == like.unit else factor_between(axis.unit, like.unit)


def _span(places: Tensor) -> str:
    return f"{float(places.min()):.6g} to {float(places.max()):.6g}"


def _step(places: Tensor) -> float:
    return float((places.max() - places.min()) / max(1, len(places) - 1))
