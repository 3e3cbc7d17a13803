"""A scan: one experiment for each value of some parameters, the first of them outermost."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass

from nado_lab.lab.errors import LabError
from nado_lab.lab.json_record import JsonRecord

MOST_POINTS = 10_000
ROUNDING = 1e-9
"""The last value counts as reached within this part of a step."""


@dataclass(frozen=True)
class Axis(JsonRecord):
    """One parameter from `start` to `stop` (included where a step ends there) by `step`, in its own unit."""

    parameter: str
    start: float
    stop: float
    step: float

    def values(self) -> list[float | int]:
        """Give the values in order; whole numbers where start and step are whole."""
        steps = (self.stop - self.start) / self.step if self.step else math.nan
        if not math.isfinite(steps) or steps < 0:
            raise LabError(
                f"{self.parameter}: from {self.start:g} by {self.step:g} never gets to {self.stop:g}: "
                "the step must lead from start to stop"
            )
        count = math.floor(steps + ROUNDING) + 1
        if count > MOST_POINTS:
            raise LabError(f"scan of {self.parameter}: {count} values; expected {MOST_POINTS} at most")
        whole = float(self.start).is_integer() and float(self.step).is_integer()
        found = (self.start + index * self.step for index in range(count))
        return [round(value) if whole else float(f"{value:.12g}") for value in found]


@dataclass(frozen=True)
class Scan(JsonRecord):
    """Nested axes; the last one changes from run to run."""

    axes: tuple[Axis, ...] = ()

    def points(self) -> list[dict[str, float | int]]:
        """Give the parameters of each run, in order; without axes one point that changes nothing."""
        names = [axis.parameter for axis in self.axes]
        twice = next((name for name in names if names.count(name) > 1), None)
        if twice is not None:
            raise LabError(f"the scan names {twice} twice; each parameter has one axis")
        values = [axis.values() for axis in self.axes]
        if (count := math.prod(map(len, values))) > MOST_POINTS:
            raise LabError(f"the scan has {count} runs; expected {MOST_POINTS} at most")
        return [dict(zip(names, point, strict=True)) for point in itertools.product(*values)]
