"""From runs on disk to the tensors that twins are fitted on."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from nado_lab.lab.store import Run, StoreError, distinct, load_trials
from nado_lab.twin import Trials, fill_gaps, join

if TYPE_CHECKING:
    from nado_lab.lab.store import TrialArrays


def trials_of(*runs: str | Path | Run, device: str = "") -> Trials:
    """Read all committed trials of one or several runs, those marked as held out with their marks.

    Of devices side by side, `device` names whose; empty: those of all.
    """
    return join([as_trials(load_trials(run, device)) for run in open_runs(*runs)])


def open_runs(*runs: str | Path | Run) -> list[Run]:
    """Open runs to use them together; one that is named again, or a copy of it, counts once."""
    if not runs:
        raise StoreError("no run was given; expected at least one")
    return distinct(runs)[0]


def as_trials(found: TrialArrays, left_out: Collection[str] | None = None) -> Trials:
    """Turn stored trials into tensors; overflows and NaN are marked, channels of nothing else left out.

    Of a part of a run it is known which channels are `left_out`: no others are.
    """
    found = _without(found, left_out) if left_out else found
    keep = left_out is not None
    filled = fill_gaps(found.drive, found.readout, found.initial, found.channels, keep_channels=keep)
    return Trials(
        drive=torch.as_tensor(filled.drive, dtype=torch.float32),
        readout=torch.as_tensor(filled.readout),
        initial=None if filled.initial is None else torch.as_tensor(filled.initial),
        sequence=torch.as_tensor(found.sequence),
        channels=tuple(np.array(found.channels)[filled.kept].tolist()),
        units=tuple(np.array(found.units)[filled.kept].tolist()),
        step_s=found.step_s or 1.0,
        lineage=found.lineage,
        held_out=None if found.held_out is None else torch.as_tensor(found.held_out),
        ports=found.ports,
        bad=None if filled.bad is None else torch.as_tensor(filled.bad),
        findings=filled.findings,
        axis=found.axis
        and replace(found.axis, values=tuple(np.array(found.axis.values)[filled.kept].tolist())),
    )


def _without(found: TrialArrays, left_out: Collection[str]) -> TrialArrays:
    kept = [at for at, name in enumerate(found.channels) if name not in left_out]
    return replace(
        found,
        readout=found.readout[..., kept],
        initial=None if found.initial is None else found.initial[:, kept],
        channels=tuple(found.channels[at] for at in kept),
        units=tuple(found.units[at] for at in kept),
        axis=found.axis and replace(found.axis, values=tuple(found.axis.values[at] for at in kept)),
    )
