"""Thorlabs PM100D power meter with a germanium sensor of 40 mW.

Dialect: PyMeasure's ThorlabsPM100USB; identity as one answered to a public program.
"""

import math
from collections.abc import Callable

from nado_lab.sim_backend.scpi import ScpiDevice, boolean, choice, command, number
from nado_lab.sim_backend.scpi.errors import out_of_range

_RANGES = tuple(4.0 * 10.0**power for power in range(-8, -1))
_BAND_NM = (700.0, 1800.0)
_OVERFLOW = 9.9e37
_SAMPLE_S = 3e-4


def _show(value: float) -> str:
    return f"{value:.8E}"


class ThorlabsPM100(ScpiDevice):
    """Read the light that a function of the bench gives in W."""

    identity = "Thorlabs,PM100D,P0035092,2.8.1"
    faults = ScpiDevice.faults | {"overload"}
    settings = (
        number("SENSe:CORRection:WAVelength", "wavelength", 1550.0, *_BAND_NM, _show),
        choice("SENSe:POWer[:DC]:UNIT", "unit", "W", "W DBM"),
        boolean("SENSe:POWer[:DC]:RANGe:AUTO", "auto", default=True),
        number("SENSe:POWer[:DC]:RANGe[:UPPer]", "range", 0.04, 0.0, math.inf, _show),
        number("SENSe:CORRection:LOSS[:INPut][:MAGNitude]", "loss", 0.0, -60.0, 60.0, _show),
        number("SENSe:AVERage[:COUNt]", "averages", 1, 1, 10_000, "{:.0f}".format),
    )

    def __init__(self, clock, light: Callable[[], float]):
        super().__init__(clock)
        self.light = light

    def changed(self, name: str, suffix: tuple[int, ...]) -> None:
        """Round the range up to one there is; a range that is set ends the automatic one."""
        if name == "range":
            self.values["range", ()] = next((r for r in _RANGES if self.get("range") <= r), _RANGES[-1])
            self.values["auto", ()] = False

    @command("SYSTem:SENSor:IDN?")
    def _sensor(self) -> str:
        return "S122C,17051234,03-MAY-2017,1,2,33"

    @command("MEASure[:SCALar][:POWer]?", "READ?")
    def _read(self) -> str:
        self.ready_at += _SAMPLE_S * self.get("averages")
        watts = self.light()
        limit = _RANGES[-1] if self.get("auto") else self.get("range")
        if watts > 1.05 * limit or self.overloaded:
            return _show(_OVERFLOW)
        shown = watts * 10 ** (self.get("loss") / 10)
        if self.get("unit") == "W":
            return _show(shown)
        if shown <= 0:
            raise out_of_range("no power in dBm")
        return _show(10 * math.log10(shown / 1e-3))
