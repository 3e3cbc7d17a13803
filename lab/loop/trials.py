"""From runs on disk to the tensors that twins are fitted on."""

from pathlib import Path

import torch

from lab.store import load_trials
from twin import Trials


def trials_of(*runs: str | Path) -> Trials:
    """Read all committed trials of one or several runs."""
    found = load_trials(*runs)
    return Trials(
        drive=torch.as_tensor(found.drive),
        readout=torch.as_tensor(found.readout),
        initial=None if found.initial is None else torch.as_tensor(found.initial),
        sequence=torch.as_tensor(found.sequence),
        channels=found.channels,
        units=found.units,
        lineage=found.lineage,
    )
