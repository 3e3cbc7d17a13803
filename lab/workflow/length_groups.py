"""Sequences of unequal length on a device: those of like length are played together, none much too long."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from nado_lab.lab.workflow.side_by_side import REST

MOST_GROUPS = 8
"""So many runs a layer at most: each costs a look at the instruments, and fewer play more padding."""


@dataclass(frozen=True)
class LengthGroup:
    """Examples (their numbers) that are played together, each for `steps`; `name` tells their runs apart."""

    examples: np.ndarray
    steps: int
    name: str = ""


def length_groups(
    examples: int, steps: int, lengths: np.ndarray | None, most: int = MOST_GROUPS
) -> list[LengthGroup]:
    """Group so many examples by their lengths (trial,); all of one group play as long as its longest.

    Every length is a group where there are at most `most`; else about as many examples are in each.
    """
    if lengths is None:
        return [LengthGroup(np.arange(examples), steps)]
    ends = np.unique(lengths)
    if len(ends) > most:
        shares = np.arange(1, most + 1) / most
        ends = np.unique(np.quantile(lengths, shares, method="inverted_cdf"))
    starts = np.concatenate([[0], ends[:-1]])
    return [
        LengthGroup(np.flatnonzero((lengths > start) & (lengths <= end)), int(end), f"-steps{end}")
        for start, end in zip(starts, ends, strict=True)
    ]


def rest_after(drive: np.ndarray, lengths: np.ndarray | None, rest: float = REST) -> np.ndarray:
    """Let drives (trial, node, step, port) rest, at the bottom of their window, after a trial's own steps."""
    if lengths is None:
        return drive
    padding = np.arange(drive.shape[2]) >= lengths[:, None]
    return np.where(padding[:, None, :, None], np.float32(rest), drive)
