"""What a simulated bench shows of itself: its sample's microstate, and the faults it can have.

The bench comes from the composition root as an object; nothing of the simulator is imported here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Protocol, runtime_checkable

import numpy as np

if TYPE_CHECKING:
    from nado_lab.lab.compose import Bench

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

    counted: ClassVar[str] = "walls"

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

    counted: ClassVar[str] = "vortices"

    @property
    def count(self) -> int:
        """Count the vortices."""
        return int(np.count_nonzero(self.chirality))


@dataclass(frozen=True)
class Levels:
    """Inner states of one device or several side by side: name -> (values (device,), unit)."""

    states: Mapping[str, tuple[np.ndarray, str]]

    @property
    def counted(self) -> str:
        """Say what is followed over time: the first state."""
        name, (_, unit) = next(iter(self.states.items()))
        return f"mean {name} ({unit})" if unit else f"mean {name}"

    @property
    def count(self) -> float:
        """Return the mean of the first state over the devices."""
        values, _ = next(iter(self.states.values()))
        return float(np.mean(values))


Picture = Rings | Bars | Levels


@runtime_checkable
class RingState(Protocol):
    """The state of a nanoring sample."""

    size: int
    segments: int
    wall_segment: np.ndarray
    circulation: np.ndarray


@runtime_checkable
class BarState(Protocol):
    """The state of a spin-vortex ice."""

    position: np.ndarray
    moment: np.ndarray
    chirality: np.ndarray


@runtime_checkable
class HasStates(Protocol):
    """A sample of any family, a plug-in's too, that names its inner states."""

    def states(self) -> Mapping[str, tuple[np.ndarray, str]]:
        """Return name -> (values (device,), unit) as they are now."""
        ...


def picture(bench: Bench) -> Picture | None:
    """Draw the sample of a simulated bench as it is now; None where there is nothing to draw."""
    sample = bench.world.sample
    if isinstance(sample, HasStates):
        return Levels(sample.states())
    state = sample.state() if hasattr(sample, "state") else None
    if isinstance(state, RingState):
        return _rings(state)
    return _bars(state) if isinstance(state, BarState) else None


def ring_centres(size: int) -> np.ndarray:
    """Give the centres (ring, 2) of a square array, row by row."""
    y, x = np.divmod(np.arange(size * size), size)
    return PITCH * np.stack([x, y], axis=1).astype(float)


def wall_places(centres: np.ndarray, segment: np.ndarray, segments: int) -> np.ndarray:
    """Give the places (wall, 2) of one kind of wall; -1 is a ring without."""
    there = segment >= 0
    angle = 2 * np.pi * segment[there] / segments
    return centres[there] + RADIUS * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def faults(bench: Bench, roles: Iterable[str]) -> list[str]:
    """List the faults of the roles that a setup has, as role:fault."""
    return [f"{role}:{kind}" for role in roles for kind in sorted(bench.faults_of(role))]


def _rings(state: RingState) -> Rings:
    centres = ring_centres(state.size)
    walls = np.asarray(state.wall_segment).reshape(len(centres), 2)
    head, tail = (wall_places(centres, walls[:, kind], state.segments) for kind in (0, 1))
    return Rings(centres, RADIUS, np.asarray(state.circulation).reshape(-1), head, tail)


def _bars(state: BarState) -> Bars:
    position = np.asarray(state.position)
    pitch = np.ptp(position, axis=0).max() / max(len(position) / 2, 1) ** 0.5
    return Bars(position / pitch, np.asarray(state.moment), np.asarray(state.chirality))
