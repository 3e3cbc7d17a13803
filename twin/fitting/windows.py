"""Windows of measured rows that begin anywhere, in the state which the measured steps before them leave."""

from __future__ import annotations

import torch
from nado_lab.twin.losses.forcing import start_after
from nado_lab.twin.model.rows import Rows
from nado_lab.twin.model.twin import Twin

SHARE = 0.6
LONGEST = 12
SHORTEST = 4


def some_window(twin: Twin, rows: Rows, generator: torch.Generator) -> Rows:
    """Return, in SHARE of the calls, at most LONGEST steps from a random one on; else the rows as they are.

    What is known of the state before a window makes its spread small: a path that goes on from there tells
    far more of how long a deviation lasts than one that begins long before.
    """
    steps = rows.drive.shape[1]
    if steps <= SHORTEST + 1 or torch.rand((), generator=generator) >= SHARE:
        return rows
    first = int(torch.randint(1, steps - SHORTEST, (), generator=generator))
    window = slice(first, first + LONGEST)
    start = start_after(twin, rows.start, rows.drive[:, :first], rows.components[:, :first])
    return Rows(rows.drive[:, window], rows.truth[:, window], rows.components[:, window], start)
