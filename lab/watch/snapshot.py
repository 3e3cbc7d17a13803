"""What the page shows, as plain values: everything with the time from which it is known."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from nado_lab.lab.json_record import JsonRecord


class Tone(StrEnum):
    """How a line about a bench's safety is to be taken."""

    GOOD = "good"
    PLAIN = "plain"
    BAD = "bad"


@dataclass(frozen=True)
class BenchSeen(JsonRecord):
    """What is known of a bench, since when (seconds since 1970; 0: nobody knows), and who says so."""

    text: str
    tone: Tone
    at: float
    said_by: str


@dataclass(frozen=True)
class GoingRun(JsonRecord):
    """A run whose status is "running": times in seconds since 1970, `total` rows 0 where nobody knows.

    `seen_at` is when it was last written to; `left_s` the seconds left at the pace so far, None: unknown.
    """

    name: str
    protocol: str
    setup: str
    sample: str
    operator: str
    started: float
    rows: int
    total: int
    seen_at: float
    left_s: float | None
    process: str
    bench: BenchSeen

    @property
    def share(self) -> float | None:
        """Give the share of the rows that are there; None where nobody knows."""
        return min(1.0, self.rows / self.total) if self.total else None


@dataclass(frozen=True)
class EndedRun(JsonRecord):
    """One line of the newest runs; `status` as stored, or "interrupted" where nobody here measures it."""

    name: str
    status: str
    started: float
    rows: int
    protocol: str
    setup: str
    sample: str
    reason: str

    @property
    def is_bad(self) -> bool:
        """Say whether the run has not ended as it should."""
        return self.status in ("failed", "interrupted")


@dataclass(frozen=True)
class WorkSeen(JsonRecord):
    """A command or a window at work (queue, fit, training, loop, sweep, deploy) and how far it says it is.

    `is_alive` False: its process is gone and has not said how it ended. `seen_at`: when it last spoke.
    """

    what: str
    out: str
    started: float
    seen_at: float
    stage: str
    share: float
    doing: str
    is_alive: bool
    waiting: tuple[str, ...]


@dataclass(frozen=True, eq=False)
class Curve:
    """One line of a plot: y (n,) over x (n,)."""

    name: str
    x: np.ndarray
    y: np.ndarray


@dataclass(frozen=True, eq=False)
class Plot:
    """Curves that share their axes; the title says what is drawn, with its unit."""

    title: str
    x_label: str
    curves: tuple[Curve, ...]


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The folder as it was at `taken` (seconds since 1970)."""

    folder: str
    taken: float
    going: tuple[GoingRun, ...]
    work: tuple[WorkSeen, ...]
    left: tuple[tuple[str, BenchSeen], ...]
    newest: tuple[EndedRun, ...]
    total: int
    plotted: str
    plots: tuple[Plot, ...]
    refused: int

    def to_json(self) -> dict[str, object]:
        """Give all but the curves."""
        return {
            "folder": self.folder,
            "taken": self.taken,
            "going": [each.to_json() for each in self.going],
            "work": [each.to_json() for each in self.work],
            "benches": [{"setup": setup, **bench.to_json()} for setup, bench in self.left],
            "newest": [each.to_json() for each in self.newest],
            "runs": self.total,
            "refused": self.refused,
        }
