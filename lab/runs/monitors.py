"""Readings beside the measurement: before and after it, and now and then while it runs.

They are taken by the measuring thread between two rows, never by another one: two threads on one
instrument get each other's replies.
"""

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field

from nado_lab.lab.errors import LabError
from nado_lab.lab.runs.bench import bench_outside
from nado_lab.protocols import Column, Row

Readings = dict[str, tuple[float, str]]
"""Name -> (value, unit)."""


@dataclass(frozen=True)
class MonitorSettings:
    """How often to look, and which readings end the run: name -> (lowest, highest), in SI units."""

    every_s: float = 10.0
    limits: Mapping[str, tuple[float, float]] = field(default_factory=dict)


def take_readings(setup: object) -> Readings:
    """Read what a setup offers to be read (`readings()`); nothing where it offers none."""
    offered = getattr(setup, "readings", None)
    return {name: (float(value), unit) for name, (value, unit) in offered().items()} if offered else {}


def monitors_for(setup: object) -> MonitorSettings:
    """Look at a bench now and then; not at a simulated one, whose time is not the wall's.

    Each look takes bench time, and would come at another trial each time the same run is made.
    """
    return MonitorSettings(every_s=math.inf) if bench_outside(setup) is None else MonitorSettings()


class Monitor:
    """Declare the streams `baseline` and `monitor` of one run, and fill them."""

    def __init__(self, setup: object, settings: MonitorSettings) -> None:
        self._setup, self._settings = setup, settings
        self.first = take_readings(setup)
        unknown = sorted(set(settings.limits) - set(self.first))
        if unknown:
            known = ", ".join(self.first) or "none"
            raise LabError(f"no reading {unknown[0]!r} to limit; this setup offers: {known}")
        self._due = time.monotonic() + settings.every_s

    def streams(self) -> dict[str, tuple[Column, ...]]:
        """Give the columns of both streams; none where the setup offers no reading."""
        if not self.first:
            return {}
        columns = tuple(Column(name, units=unit) for name, (_, unit) in self.first.items())
        moment = Column("moment", dtype="string", description="before or after the measurement")
        return {"baseline": (moment, *columns), "monitor": columns}

    def baseline(self, moment: str) -> Row:
        """Read once, for the stream `baseline`."""
        found = self.first if moment == "before" else take_readings(self._setup)
        return {"moment": moment, **_values(found)}

    def due(self) -> dict[str, float] | None:
        """Read for the stream `monitor` if it is time to."""
        if not self.first or time.monotonic() < self._due:
            return None
        self._due = time.monotonic() + self._settings.every_s
        return _values(take_readings(self._setup))

    def beyond(self, row: Mapping[str, float]) -> str:
        """Say which reading lies outside its limits, if one does."""
        for name, (low, high) in self._settings.limits.items():
            if not low <= row[name] <= high:
                unit = self.first[name][1]
                return f"{name} is {row[name]:g} {unit}, outside {low:g} to {high:g} {unit}"
        return ""


def _values(found: Readings) -> dict[str, float]:
    return {name: value for name, (value, _) in found.items()}
