"""A long deployment in stretches: before each, what drift a few sequences show is taken out of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from nado_lab.lab.store import Run
from nado_lab.lab.trials import trials_of
from nado_lab.lab.workflow.deploy_layers import run_of
from nado_lab.lab.workflow.offset import without_offset
from nado_lab.lab.workflow.play_drives import own_readout
from nado_lab.twin import Compensation, compensate

if TYPE_CHECKING:
    from nado_lab.twin import Twin


@dataclass(frozen=True)
class Stretch:
    """Some trials of a layer, the run they are played into, and that of the sequences played before."""

    rows: slice
    run: Path
    check: Path | None


def stretches(folder: Path, layer: int, trials: int, every: int) -> list[Stretch]:
    """Cut the trials of a layer into stretches of `every` (0: one stretch, and no check before it)."""
    if not every:
        return [Stretch(slice(0, trials), run_of(folder, layer), None)]
    return [
        Stretch(
            slice(first, first + every),
            folder / f"layer{layer}-part{number}.zarr" if number else run_of(folder, layer),
            folder / f"layer{layer}-check{number}.zarr",
        )
        for number, first in enumerate(range(0, trials, every))
    ]


def compensation_of(check: Path, twin: Twin, reference: np.ndarray | None) -> Compensation:
    """Find the drift that the sequences of a check show, a slow offset from `reference` (channel,) apart."""
    trials = trials_of(check)
    if reference is not None and trials.initial is not None:
        offset_free = without_offset(trials.readout.numpy(), trials.initial.numpy(), reference)
        trials = replace(trials, readout=torch.as_tensor(offset_free, dtype=torch.float32))
    return compensate(twin, trials)


def stored_readout(
    parts: list[Stretch], twin: Twin, probed: bool, reference: np.ndarray | None
) -> np.ndarray:
    """Read what the device answered in all stretches, drift taken out: (trial, step, channel)."""
    answers = []
    for part in parts:
        readout = own_readout(Run.open(part.run), probed, reference)
        if part.check is not None:
            found = compensation_of(part.check, twin, reference)
            readout = found.readout(torch.as_tensor(readout, dtype=torch.float32)).numpy()
        answers.append(readout)
    return np.concatenate(answers)
