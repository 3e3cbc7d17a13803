"""Santec TSL-570 tunable laser: diode, shutter, power, wavelength; it answers with CR LF.

Dialect: PyMeasure's TSL570 and its tests; identity as the manual's example.
"""

from nado_lab.sim_backend.scpi import ScpiDevice, boolean, command, number
from nado_lab.sim_backend.scpi.errors import out_of_range

_BAND_M = (1.5e-6, 1.63e-6)
_BAND_MW = (0.05, 20.0)


def _show(value: float) -> str:
    return f"{value:+.8E}"


class SantecTSL570(ScpiDevice):
    """Emit what is set where diode and shutter let it out."""

    identity = "SANTEC,TSL-570,21020001,0001.0000.0001"
    terminator = b"\r\n"
    faults = ScpiDevice.faults | {"stuck"}
    settings = (
        boolean("POWer:STATe", "diode"),
        boolean("POWer:SHUTter", "shutter_closed", default=True),
        boolean("POWer:ATTenuation:AUTo", "automatic"),
        boolean("POWer:UNIT", "milliwatts"),
        boolean("SYSTem:COMMunicate:CODe", "scpi"),
        number("POWer[:LEVel]", "power", 0.0, -15.0, 20.0, _show),
        number("WAVelength", "wavelength", 1.55e-6, show=_show),
    )

    def __init__(self, clock):
        super().__init__(clock)
        self.stuck = False

    def recover(self) -> None:
        """Let the diode go off again."""
        super().recover()
        self.stuck = False

    def stick(self) -> None:
        """Keep the diode on whatever it is told."""
        self.stuck = True
        self.values["diode", ()] = True

    def changed(self, name: str, suffix: tuple[int, ...]) -> None:
        """Refuse what the laser cannot do; a diode that is stuck stays on."""
        if name == "wavelength" and not _BAND_M[0] <= self.get("wavelength") * self._metres() <= _BAND_M[1]:
            self.values["wavelength", ()] = 1.55e-6 / self._metres()
            raise out_of_range("wavelength")
        if name == "power" and self.get("milliwatts") and self.get("power") < _BAND_MW[0]:
            raise out_of_range("power")
        if name == "diode" and self.stuck:
            self.values["diode", ()] = True

    def _metres(self) -> float:
        """Return what a wavelength of 1 means in m: nm in the legacy command set."""
        return 1.0 if self.get("scpi") else 1e-9

    def watts(self) -> float:
        """Return the light that comes out in W."""
        if not self.get("diode") or self.get("shutter_closed"):
            return 0.0
        power = self.get("power")
        return power * 1e-3 if self.get("milliwatts") else 10 ** (power / 10) * 1e-3

    @command("POWer:ACTual[:LEVel]?")
    def _actual(self) -> str:
        return _show(self.get("power") if self.get("diode") else 0.0)

    @command("WAVelength:SWEep:RANGe:MINimum?")
    def _shortest(self) -> str:
        return _show(_BAND_M[0] / self._metres())

    @command("WAVelength:SWEep:RANGe:MAXimum?")
    def _longest(self) -> str:
        return _show(_BAND_M[1] / self._metres())
