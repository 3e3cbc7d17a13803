"""From runs on disk to the tensors that twins are fitted on."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from nado_lab.lab.store import load_trials
from nado_lab.lab.workflow.streamed_trials import as_trials
from nado_lab.twin import join

if TYPE_CHECKING:
    from nado_lab.lab.store import Run
    from nado_lab.twin import Trials


def trials_of(*runs: str | Path | Run) -> Trials:
    """Read all committed trials of one or several runs, those marked as held out with their marks."""
    return join([as_trials(load_trials(run)) for run in runs])
