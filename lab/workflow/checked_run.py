"""A run as trials that were checked: what is wrong is said, and left out where it has to be."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from nado_lab.lab.store import Run, distinct
from nado_lab.lab.store.layout import ELAPSED
from nado_lab.twin import Finding, FindingKind, Trials, check

PAUSE = 20.0
LEAST_PAUSE_S = 5.0
"""A gap is told where the next trial came PAUSE times as late as is usual, and so much later."""
FEWEST_TIMES = 5


def checked_run(run: Run, read: Callable[[Run], Trials], *, keep_channels: bool = False) -> Trials:
    """Read the trials of a run and check them; with `keep_channels` a channel that stands still stays."""
    trials = read(run)
    trials = replace(trials, findings=(*trials.findings, *clock_jumps(run)))
    return check(trials, name_of(run), keep_channels=keep_channels)


def clock_jumps(run: Run) -> tuple[Finding, ...]:
    """Say where the time of the trials steps back, or where the bench stood still between two."""
    data = run.dataset()
    if ELAPSED.name not in data or data.sizes["trial"] < FEWEST_TIMES:
        return ()
    gaps = np.diff(np.asarray(data[ELAPSED.name].values, float))
    if not np.isfinite(gaps).all():
        return (Finding(FindingKind.CLOCK, "some trials have no time"),)
    found = []
    back = np.flatnonzero(gaps < 0)
    if len(back):
        worst = back[gaps[back].argmin()]
        found.append(f"it steps back by {-gaps[worst]:.3g} s at trial {worst + 1} ({len(back)} times in all)")
    late = np.flatnonzero(gaps > np.median(gaps) * PAUSE + LEAST_PAUSE_S)
    if len(late) and np.median(gaps) > 0:
        worst = late[gaps[late].argmax()]
        found.append(
            f"{gaps[worst]:.4g} s passed before trial {worst + 1}, {np.median(gaps):.3g} s are usual"
            f" ({len(late)} such gaps)"
        )
    return tuple(Finding(FindingKind.CLOCK, text) for text in found)


def distinct_runs(paths: Sequence[str | Path]) -> tuple[list[Run], tuple[Finding, ...]]:
    """Open runs, each measurement once; say which were given again."""
    runs, again = distinct(paths)
    return runs, tuple(
        Finding(
            FindingKind.SAME_RUN, f"it holds what {name_of(first)} holds; it counts once", run=name_of(run)
        )
        for run, first in again
    )


def name_of(run: Run) -> str:
    """Name a run in a line: its folder, or the last part of its URL."""
    return run.path.rstrip("/\\").replace("\\", "/").rpartition("/")[2]


def common_channels(parts: Sequence[Trials]) -> list[Trials]:
    """Keep the channels that no run leaves out; runs that differ in other ways stay as they are."""
    left_out = {name for part in parts for each in part.findings for name in each.channels}
    kept = [[name for name in part.channels if name not in left_out] for part in parts]
    if not left_out or any(each != kept[0] for each in kept[1:]):
        return list(parts)
    return [part.of_channels(names) for part, names in zip(parts, kept, strict=True)]
