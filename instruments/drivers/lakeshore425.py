"""Lake Shore 425 gaussmeter: PyMeasure's driver with a strict range, tesla, and overload as an error."""

from typing import Any, ClassVar

from nado_lab.instruments.drivers.event_status import EventStatusDriver
from nado_lab.instruments.drivers.reading import checked
from nado_lab.instruments.errors import LimitError, OverloadError, ReplyError
from pymeasure.adapters import Adapter
from pymeasure.instruments import Instrument
from pymeasure.instruments.lakeshore import LakeShore425 as PyMeasure425
from pymeasure.instruments.validators import strict_discrete_set

_RANGES_T = (35e-4, 350e-4, 3500e-4, 35000e-4)
_STEADY = (1, 0, 2)
"""RDGMODE <mode>,<filter>,<band>: steady field, no filter, the narrow band (425 manual, chapter 5)."""


class LakeShore425(EventStatusDriver, PyMeasure425):
    """Read a field in T; drives nothing."""

    identity = r"LSCI,MODEL425"
    drives = False
    units: ClassVar = {"unit": "", "range": "G", "mode": ""}

    range = Instrument.control(
        "RANGE?",
        "RANGE %d",
        """Control the range in G (float, one of 35, 350, 3500 and 35000).""",
        validator=strict_discrete_set,
        values={35: 1, 350: 2, 3500: 3, 35000: 4},
        map_values=True,
    )

    def __init__(self, adapter: Adapter | str, **kwargs: Any):
        super().__init__(adapter, **kwargs)
        self._in_tesla = False
        connection: Any = self.adapter.connection
        connection.read_termination = connection.write_termination = "\n"

    def prepare(self, most_t: float) -> None:
        """Read in tesla, steady field, in the least range that holds ``most_t`` T."""
        fitting = [limit for limit in _RANGES_T if 0 <= most_t <= limit]
        if not fitting:
            raise LimitError(f"{self.name}: {most_t:g} T is no range from 0 to {_RANGES_T[-1]:g} T")
        self.write("AUTO 0")
        self.apply(unit="T", range=round(fitting[0] * 1e4), mode=_STEADY)
        self._in_tesla = True

    def measured_tesla(self) -> float:
        """Read the field in T."""
        if not self._in_tesla:
            self.apply(unit="T")
            self._in_tesla = True
        reply = self.ask("RDGFIELD?").strip()
        if "OL" in reply.upper():
            raise OverloadError(f"{self.name}: the field exceeds the range; take a larger one")
        try:
            found = float(reply)
        except ValueError:
            raise ReplyError(f"{self.name}: expected a field to RDGFIELD?, got {reply[:40]!r}") from None
        return checked(self.name, found, "the field")
