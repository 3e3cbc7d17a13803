"""From runs on disk to the tensors that twins are fitted on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import torch
from nado_lab.lab.store import load_trials
from nado_lab.twin import Trials, join, read_map

if TYPE_CHECKING:
    from nado_lab.lab.store import Run, TrialArrays


def trials_of(*runs: str | Path | Run) -> Trials:
    """Read all committed trials of one or several runs, those marked as held out with their marks."""
    return join([as_trials(load_trials(run)) for run in runs])


def as_trials(found: TrialArrays) -> Trials:
    """Turn stored trials into tensors."""
    return Trials(
        drive=torch.as_tensor(found.drive, dtype=torch.float32),
        readout=torch.as_tensor(found.readout, dtype=torch.float32),
        initial=None if found.initial is None else torch.as_tensor(found.initial, dtype=torch.float32),
        sequence=torch.as_tensor(found.sequence),
        channels=found.channels,
        units=found.units,
        step_s=found.step_s or 1.0,
        lineage=found.lineage,
        held_out=None if found.held_out is None else torch.as_tensor(found.held_out),
        drive_map=read_map(found.drive_map),
    )
