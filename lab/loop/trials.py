"""From runs on disk to the tensors that twins are fitted on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import torch

from lab.store import load_trials
from twin import Trials

if TYPE_CHECKING:
    from lab.store import Run


def trials_of(*runs: str | Path | Run) -> Trials:
    """Read all committed trials of one or several runs, those marked as held out with their marks."""
    found = load_trials(*runs)
    return Trials(
        drive=torch.as_tensor(found.drive),
        readout=torch.as_tensor(found.readout),
        initial=None if found.initial is None else torch.as_tensor(found.initial),
        sequence=torch.as_tensor(found.sequence),
        channels=found.channels,
        units=found.units,
        step_s=found.step_s or 1.0,
        lineage=found.lineage,
        held_out=None if found.held_out is None else torch.as_tensor(found.held_out),
    )
