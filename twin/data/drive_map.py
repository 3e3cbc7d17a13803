"""What drives stand for: trials of several runs are brought to one map before they meet one twin."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from nado_lab.twin.errors import DataError
from torch import Tensor

ALIKE = 1e-6


@dataclass(frozen=True)
class DriveMap:
    """Say what drive -1 (`low`) and 1 (`high`) stand for, in `units` (SI: T, V, …)."""

    low: float
    high: float
    units: str = ""

    def same(self, other: DriveMap) -> bool:
        """Tell whether both maps give every drive the same meaning, to a millionth of the range."""
        tolerance = ALIKE * (self.high - self.low)
        ends = ((self.low, other.low), (self.high, other.high))
        return self.units == other.units and all(math.isclose(*pair, abs_tol=tolerance) for pair in ends)

    def convert(self, drive: Tensor, to: DriveMap) -> Tensor:
        """Return drives of this map as drives of the map `to`, which stand for the same inputs."""
        if self.units != to.units:
            here, there = self.units or "numbers", to.units or "numbers"
            raise DataError(f"drives stand for {here} here and for {there} there")
        if self.same(to):
            return drive
        return drive * (self.half / to.half) + (self.middle - to.middle) / to.half

    @property
    def middle(self) -> float:
        """Return the input that drive 0 stands for."""
        return (self.low + self.high) / 2

    @property
    def half(self) -> float:
        """Return by how much the input grows from drive 0 to drive 1."""
        return (self.high - self.low) / 2


def read_map(card: Mapping[str, float | str] | None) -> DriveMap | None:
    """Read a map from a card or from metadata {low, high, units}; None where none is stated."""
    if not card:
        return None
    return DriveMap(float(card["low"]), float(card["high"]), str(card.get("units", "")))
