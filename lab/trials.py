"""From runs on disk to the tensors that twins are fitted on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import torch
from nado_lab.lab.store import Run, StoreError, load_trials
from nado_lab.twin import Trials, join

if TYPE_CHECKING:
    from nado_lab.lab.store import TrialArrays


def trials_of(*runs: str | Path | Run, device: str = "") -> Trials:
    """Read all committed trials of one or several runs, those marked as held out with their marks.

    Of devices side by side, `device` names whose; empty: those of all.
    """
    return join([as_trials(load_trials(run, device)) for run in open_runs(*runs)])


def open_runs(*runs: str | Path | Run) -> list[Run]:
    """Open runs to use them together; one that is given twice would be fitted and scored at once."""
    if not runs:
        raise StoreError("no run was given; expected at least one")
    opened: dict[str, Run] = {}
    for each in runs:
        run = each if isinstance(each, Run) else Run.open(each)
        if other := opened.get(run.metadata.run_id):
            raise StoreError(f"{run.path} and {other.path} are the same run; name it once")
        opened[run.metadata.run_id] = run
    return list(opened.values())


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
        ports=found.ports,
    )
