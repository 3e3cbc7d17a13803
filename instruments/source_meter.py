"""The role of a source-meter: it drives a two-terminal device with one quantity and measures the other."""

from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from nado_lab.instruments.role import Role


@dataclass(frozen=True)
class SourcedPoints:
    """What a source-meter measured at the points of a list, each array (point,)."""

    seconds: np.ndarray
    """When each was measured, from the first one on, by the instrument's own clock."""
    volts: np.ndarray
    amperes: np.ndarray
    limited: np.ndarray
    """Whether the compliance held the source back (bool)."""


@runtime_checkable
class SourceMeter(Role, Protocol):
    """Source volts with a compliance current, or amperes with a compliance voltage; both are measured.

    A list of levels is stored in the instrument, which times it by itself; after it the source is at zero.
    """

    memory_points: int
    """How many levels a list may have."""
    running: bool

    @property
    def most_volts(self) -> float:
        """Return the largest voltage in V that the limits allow, sourced or as compliance."""
        ...

    @property
    def most_amperes(self) -> float:
        """Return the largest current in A that the limits allow, sourced or as compliance."""
        ...

    @property
    def shortest_step_s(self) -> float:
        """Return the shortest step of a list in s, as prepared."""
        ...

    def source_volts(self, most_v: float, compliance_a: float) -> None:
        """Source 0 V in a range that holds ``most_v`` V, with at most ``compliance_a`` A; output on."""
        ...

    def source_amperes(self, most_a: float, compliance_v: float) -> None:
        """Source 0 A in a range that holds ``most_a`` A, with at most ``compliance_v`` V; output on."""
        ...

    def ramp_to(self, level: float) -> None:
        """Move to ``level`` in V or A, whichever is sourced, in small steps."""
        ...

    def measured(self) -> tuple[float, float]:
        """Measure now: volts in V, current in A."""
        ...

    def measured_volts(self) -> float:
        """Measure the voltage in V; 0 where the output is off."""
        ...

    def measured_amperes(self) -> float:
        """Measure the current in A; 0 where the output is off."""
        ...

    def compliance_reached(self) -> bool:
        """Tell whether the compliance holds the source back now."""
        ...

    def load(self, levels: np.ndarray, step_s: float) -> None:
        """Store (point,) levels in V or A, ``step_s`` s each, measured near the end of each step."""
        ...

    def trigger(self) -> None:
        """Start the list."""
        ...

    def busy(self) -> bool:
        """Tell whether the list still runs."""
        ...

    def readings(self) -> SourcedPoints:
        """Read what was measured at each point of the finished list."""
        ...
