"""What a device is driven with: the one form of a drive's meaning, from the setup's file to a twin's card."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

ALIKE = 1e-6
"""Share of a window by which two ends may differ and still be the same."""
UNNAMED = "drive"
"""The name of a port of which only the window is known (data of older versions, files without names)."""


@dataclass(frozen=True)
class Port:
    """One input of a device: what drive -1 (`low`) and 1 (`high`) stand for, in the SI unit `unit`.

    `shown` is the unit that people use for it ("mT"; empty: `unit`), `quantity` what they call it (empty:
    `name`). ValueError where the window is empty or not finite, or the name is no word.
    """

    name: str
    unit: str
    low: float
    high: float
    shown: str = ""
    quantity: str = ""

    def __post_init__(self) -> None:
        """Refuse an empty window and a name that cannot stand in a parameter."""
        if not self.name.isidentifier():
            raise ValueError(f"a port's name is a word of letters, digits and _; got {self.name!r}")
        if not (math.isfinite(self.low) and math.isfinite(self.high - self.low) and self.low < self.high):
            raise ValueError(f"port {self.name!r}: low {self.low:g} must lie below high {self.high:g}")

    @property
    def middle(self) -> float:
        """Return the input that drive 0 stands for."""
        return (self.low + self.high) / 2

    @property
    def half(self) -> float:
        """Return by how much the input grows from drive 0 to drive 1."""
        return (self.high - self.low) / 2

    def same(self, other: Port) -> bool:
        """Tell whether both give every drive the same meaning, to a millionth of the window."""
        tolerance = ALIKE * (self.high - self.low)
        ends = ((self.low, other.low), (self.high, other.high))
        named = UNNAMED in (self.name, other.name) or self.name == other.name
        alike = all(math.isclose(*pair, rel_tol=0, abs_tol=tolerance) for pair in ends)
        return named and self.unit == other.unit and alike

    def to_json(self) -> dict[str, str | float]:
        """Return the port as JSON holds it."""
        return asdict(self)

    @classmethod
    def from_json(cls, found: Mapping[str, object]) -> Port:
        """Read a port; also {low, high, units} of an older version. ValueError says what is wrong."""
        try:
            unit = str(found["unit"] if "unit" in found else found.get("units", ""))
            low, high = (float(str(found[end])) for end in ("low", "high"))
            shown, quantity = (str(found.get(word, "")) for word in ("shown", "quantity"))
            return cls(str(found.get("name", UNNAMED)), unit, low, high, shown, quantity)
        except KeyError as error:
            raise ValueError(f"a port needs low and high; {error.args[0]!r} is missing") from error

    def __str__(self) -> str:
        unit = self.unit or "(no unit)"
        return f"{self.name} {self.low:.6g} to {self.high:.6g} {unit}"


def same_ports(ports: Sequence[Port], others: Sequence[Port]) -> bool:
    """Tell whether a drive means the same at all ports."""
    return len(ports) == len(others) and all(
        one.same(other) for one, other in zip(ports, others, strict=True)
    )


def inputs_of(ports: Sequence[Port], drive: np.ndarray) -> np.ndarray:
    """Return the inputs (…, port) in SI units of a drive (…, port) in [-1, 1]."""
    import numpy as np

    middle, half = np.array([port.middle for port in ports]), np.array([port.half for port in ports])
    return middle + half * np.asarray(drive, float)


def drives_of(ports: Sequence[Port], inputs: np.ndarray) -> np.ndarray:
    """Return the drive (…, port) of inputs (…, port) in SI units."""
    import numpy as np

    middle, half = np.array([port.middle for port in ports]), np.array([port.half for port in ports])
    return (np.asarray(inputs, float) - middle) / half
