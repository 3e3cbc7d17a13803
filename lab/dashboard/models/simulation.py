"""What a simulated bench shows of itself: its sample's microstate, and the faults it can have.

The bench comes from the composition root as an object; nothing of the simulator is imported here.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

PITCH = 1.0
RADIUS = 0.5


@dataclass(frozen=True)
class Rings:
    """A nanoring array, in units of the pitch: centres (ring, 2), circulation (ring,), walls (wall, 2)."""

    centres: np.ndarray
    radius: float
    circulation: np.ndarray
    head_to_head: np.ndarray
    tail_to_tail: np.ndarray

    @property
    def count(self) -> int:
        """Count the walls."""
        return len(self.head_to_head) + len(self.tail_to_tail)


@dataclass(frozen=True)
class Bars:
    """A spin-vortex ice in pitches: position (bar, 2), moment (bar, 2) 0 for a vortex, chirality (bar,)."""

    position: np.ndarray
    moment: np.ndarray
    chirality: np.ndarray

    @property
    def count(self) -> int:
        """Count the vortices."""
        return int(np.count_nonzero(self.chirality))


COUNTED: dict[type, str] = {Rings: "walls", Bars: "vortices"}


def picture(bench: Any) -> Rings | Bars | None:
    """Draw the sample of a simulated bench as it is now; None where there is nothing to draw."""
    sample: Any = getattr(bench.world, "sample", None) or getattr(bench.world, "ice", None)
    state = sample.state() if hasattr(sample, "state") else None
    if hasattr(state, "wall_segment"):
        return _rings(state)
    return _bars(state) if hasattr(state, "moment") else None


def ring_centres(size: int) -> np.ndarray:
    """Give the centres (ring, 2) of a square array, row by row."""
    y, x = np.divmod(np.arange(size * size), size)
    return PITCH * np.stack([x, y], axis=1).astype(float)


def wall_places(centres: np.ndarray, segment: np.ndarray, segments: int) -> np.ndarray:
    """Give the places (wall, 2) of one kind of wall; -1 is a ring without."""
    there = segment >= 0
    angle = 2 * np.pi * segment[there] / segments
    return centres[there] + RADIUS * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def faults(bench: Any, roles: Iterable[str]) -> list[str]:
    """List the faults of the roles that a setup has, as role:fault."""
    return [f"{role}:{kind}" for role in roles for kind in sorted(bench.device(role).faults)]


def _rings(state: Any) -> Rings:
    centres = ring_centres(state.size)
    walls = np.asarray(state.wall_segment).reshape(len(centres), 2)
    head, tail = (wall_places(centres, walls[:, kind], state.segments) for kind in (0, 1))
    return Rings(centres, RADIUS, np.asarray(state.circulation).reshape(-1), head, tail)


def _bars(state: Any) -> Bars:
    position = np.asarray(state.position)
    pitch = np.ptp(position, axis=0).max() / max(len(position) / 2, 1) ** 0.5
    return Bars(position / pitch, np.asarray(state.moment), np.asarray(state.chirality))
