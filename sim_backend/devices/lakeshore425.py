"""Lake Shore 425 gaussmeter; a reading beyond the range is ``OL``.

Dialect: Model 425 User's Manual, chapter 5; replies end in CR LF, a field is printed as ``+123.456E-01`` was
recorded (PyMeasure, tests/instruments/lakeshore/test_lakeshore425.py).
"""

import math
from typing import ClassVar

from nado_lab.sim_backend.scpi import ScpiDevice, command, number, row

_INTEGER = "{:.0f}".format
_RANGE_T = {1: 35e-4, 2: 350e-4, 3: 3500e-4, 4: 35000e-4}
_PER_TESLA = {1: 1e4, 2: 1.0, 3: 1e4, 4: 1e4 * 79.5774715}


class LakeShore425(ScpiDevice):
    """Read the field at the probe, with the probe's zero offset and noise."""

    identity = "LSCI,MODEL425,LSA12AB,1.2"
    reply_s = 0.01
    faults: ClassVar = ScpiDevice.faults | {"overload"}
    settings = (
        number("UNIT", "unit", 1, 1, 4, _INTEGER),
        number("RANGE", "range", 3, 1, 4, _INTEGER),
        number("BRIGT", "brightness", 1, 0, 3, _INTEGER),
        number("LOCK", "lock", 0, 0, 1, _INTEGER),
        number("MXHOLD", "hold", 0, 0, 1, _INTEGER),
        number("REL", "relative", 0, 0, 1, _INTEGER),
        row("RDGMODE", "mode", "1,1,1"),
        row("ALARM", "alarm", "0,0,+0.0,+0.0,0,0"),
        row("RELAY", "relay", "0,0", "1", "2"),
    )
    terminator = b"\r\n"

    def __init__(self, clock, world, noise):
        super().__init__(clock)
        self.world, self.noise = world, noise
        self.auto = False

    @command("RDGFIELD?")
    def _reading(self) -> str:
        tesla = float(self.world.field_at_probe()) + float(self.noise())
        if self.overloaded or abs(tesla) > _RANGE_T[int(self.get("range"))]:
            return "OL"
        return _printed(tesla * _PER_TESLA[int(self.get("unit"))])

    @command("AUTO")
    def _set_auto(self, on: bytes = b"1") -> None:
        self.auto = on == b"1"

    @command("AUTO?")
    def _get_auto(self) -> str:
        return str(int(self.auto))

    @command("RDGMNMX?")
    def _extremes(self) -> str:
        return f"{self._reading()},{self._reading()}"

    @command("RDGREL?")
    def _relative(self) -> str:
        return self._reading()

    @command("TYPE?")
    def _probe(self) -> str:
        return "40"

    @command("OPST?")
    def _operation(self) -> str:
        return "000"

    @command("ZPROBE", "ZCLEAR", "MXRST", "DFLT")
    def _accept(self, *arguments: bytes) -> None:
        """Accept: none of these changes what the bench simulates."""


def _printed(value: float) -> str:
    """Print six digits, three of them before the point, and an exponent of two digits."""
    exponent = 0 if not value else math.floor(math.log10(abs(value))) - 2
    return f"{value / 10.0**exponent:+08.3f}E{exponent:+03d}"
