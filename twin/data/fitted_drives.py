"""Which drives a twin was fitted to, in its card: it is never judged on them without a word."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

import base64
import binascii
import zlib
from collections.abc import Iterable

import numpy as np
import torch
from nado_lab.twin.data.trials import Trials

STEPS = 48
"""Steps from the first that are told apart: those of the windows that long trials are fitted in."""
GRAIN = 2e-3
"""Drives that differ by less (the range is 2) count as one: maps and files round."""


def drive_numbers(trials: Trials) -> np.ndarray:
    """Number every trial by its drive (trial,): equal drives have equal numbers, others almost never.

    CRC-32 of the first STEPS steps in grains: of a million fitted drives, 1 in 4000 others is taken for one.
    """
    grains = np.round(trials.drive[:, :STEPS].numpy() / GRAIN).astype(np.int32)
    rows = np.ascontiguousarray(grains).reshape(len(grains), -1)
    return np.array([zlib.crc32(row.tobytes()) for row in rows], dtype=np.uint32)


def pack(numbers: Iterable[int]) -> str:
    """Write numbers as a card holds them."""
    return base64.b64encode(np.array(sorted(numbers), dtype="<u4").tobytes()).decode("ascii")


def unpack(packed: str) -> np.ndarray:
    """Read numbers from a card; none from one of an older version, or from what is damaged."""
    try:
        return np.frombuffer(base64.b64decode(packed, validate=True), dtype="<u4")
    except (ValueError, binascii.Error):
        return np.zeros(0, np.uint32)


def together(packed: str, trials: Trials) -> str:
    """Add the drives of trials to those that a card holds."""
    return pack({*unpack(packed).tolist(), *drive_numbers(trials).tolist()})


def unseen(packed: str, trials: Trials) -> tuple[Trials, str]:
    """Leave out the trials whose drives are on a card, and say so; empty where there are none.

    Where all are, they are kept: what they say flatters the twin, and that is said.
    """
    known = np.isin(drive_numbers(trials), unpack(packed))
    if not known.any():
        return trials, ""
    if known.all():
        return trials, "WARNING: the twin was fitted to ALL of these drives: it is not judged on anything new"
    kept = trials.at(torch.as_tensor(~known))
    count, of = (len(each.sequence.unique()) for each in (kept, trials))
    return kept, f"{of - count} of {of} sequences are left out: the twin was fitted to the same drives"
