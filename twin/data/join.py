"""Trials of several runs as one."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import torch
from nado_lab.twin.data.ports import spanning
from nado_lab.twin.data.trials import Trials
from nado_lab.twin.errors import DataError
from torch import Tensor

FEW_TRIALS = 8
SAME_STEP = 0.02  # share by which steps may differ: those asked one by one end with a moment at rest
SHORTEST = 12  # steps of a window, where the runs are long enough


def join(parts: Sequence[Trials], window: int | None = None) -> Trials:
    """Join the trials of several runs; sequences are numbered anew.

    With `window`, runs of unequal length and a few long trials without a defined start become overlapping
    windows of so many steps; without it they are refused. Drives that stood for other inputs in each run are
    brought to one window a port.
    """
    if not parts:
        raise DataError("no trials were given to join")
    _check_alike(parts, window)
    parts = _on_one_map(parts)
    first, lengths = parts[0], {part.drive.shape[1] for part in parts}
    if window and (len(lengths) > 1 or (first.initial is None and sum(map(len, parts)) < FEW_TRIALS)):
        window = min(window, *lengths, max(SHORTEST, max(lengths) // 4))
        parts = [part.windows(window, max(1, window // 4)) for part in parts]
    return replace(
        first,
        drive=torch.cat([part.drive for part in parts]),
        readout=torch.cat([part.readout for part in parts]),
        initial=_joined([part.initial for part in parts]),
        sequence=torch.cat(_renumbered([part.sequence for part in parts])),
        held_out=_marks(parts),
        origin=_origins(parts),
        lineage=tuple(name for part in parts for name in part.lineage),
        bad=_bad(parts),
        findings=tuple(each for part in parts for each in part.findings),
        checked=all(part.checked for part in parts),
    )


def _check_alike(parts: Sequence[Trials], window: int | None) -> None:
    """Refuse runs that do not answer the same drives with the same channels, as quickly."""
    first = parts[0]
    for part in parts:
        if part.channels != first.channels or part.drive.shape[2] != first.drive.shape[2]:
            raise DataError(
                f"runs joined for a fit need the same channels and ports; got {len(first.channels)} and"
                f" {len(part.channels)} channels"
            )
        if part.units != first.units:
            units = [", ".join(dict.fromkeys(each.units)) for each in (first, part)]
            raise DataError(f"runs in {units[0]} and in {units[1]} cannot be joined: store both in one unit")
        if not math.isclose(part.step_s, first.step_s, rel_tol=SAME_STEP):
            raise DataError(
                f"runs joined for a fit need steps of one duration; got {first.step_s:g} s and"
                f" {part.step_s:g} s: fit them apart"
            )
    lengths = {part.drive.shape[1] for part in parts}
    if window is None and len(lengths) > 1:
        raise DataError(f"runs joined here need the same number of steps; got {sorted(lengths)}")


def _renumbered(numbers: Sequence[Tensor]) -> list[Tensor]:
    """Shift the numbers of every part beyond those of the parts before."""
    found: list[Tensor] = []
    count = 0
    for each in numbers:
        found.append(each + count)
        count = int(found[-1].max()) + 1
    return found


def _joined(parts: Sequence[Tensor | None]) -> Tensor | None:
    """Join what every part has; None if one has not."""
    found = [part for part in parts if part is not None]
    return torch.cat(found) if len(found) == len(parts) else None


def _marks(parts: Sequence[Trials]) -> Tensor | None:
    """Join the marks; a part without any is for fitting."""
    if all(part.held_out is None for part in parts):
        return None
    nothing = [torch.zeros(len(part), dtype=torch.bool) for part in parts]
    return torch.cat(
        [none if part.held_out is None else part.held_out for part, none in zip(parts, nothing, strict=True)]
    )


def _bad(parts: Sequence[Trials]) -> Tensor | None:
    """Join the marks of bad steps."""
    return None if all(part.bad is None for part in parts) else torch.cat([~part.good for part in parts])


def _origins(parts: Sequence[Trials]) -> Tensor | None:
    """Join the origins of windows, the long trials numbered anew."""
    found = [part.origin for part in parts if part.origin is not None]
    if len(found) < len(parts):
        return None
    trial = torch.cat(_renumbered([origin[:, 0] for origin in found]))
    return torch.stack([trial, torch.cat([origin[:, 1] for origin in found])], 1)


def _on_one_map(parts: Sequence[Trials]) -> list[Trials]:
    """Bring all parts to the windows that span theirs; parts none of which states any stay as they are."""
    windows = [part.ports for part in parts if part.ports]
    if not windows:
        return list(parts)
    if len(windows) < len(parts):
        raise DataError("some runs say what their drive stands for and some do not: they cannot be joined")
    common = spanning(windows)
    return [part.on(common) for part in parts]
