"""Lake Shore 335 temperature controller, as far as a thermometer goes.

Dialect: Model 335 User's Manual, chapter 6. It answers at once and without stepping the world, so that a
bench with a thermometer runs bit for bit as one without.
"""

from typing import ClassVar

from nado_lab.sim_backend.scpi import ScpiDevice, ScpiError, command

_SENSOR_OVERRANGE = 128


class LakeShore335(ScpiDevice):
    """Read the temperature of the sample at input A; nothing hangs on input B."""

    identity = "LSCI,MODEL335,335A1B2/335C3D4,1.0"
    reply_s = 0.0
    faults: ClassVar = ScpiDevice.faults | {"overload"}
    timeless: ClassVar = ScpiDevice.timeless | {b"*CLS", b"KRDG? A", b"RDGST? A"}

    def __init__(self, clock, conditions):
        super().__init__(clock)
        self.conditions = conditions

    @command("KRDG?")
    def _kelvin(self, which: bytes) -> str:
        return f"{0.0 if self._status_of(which) else self.conditions.temperature_k:+.3f}"

    @command("CRDG?")
    def _celsius(self, which: bytes) -> str:
        return f"{0.0 if self._status_of(which) else self.conditions.temperature_k - 273.15:+.3f}"

    @command("RDGST?")
    def _reading_status(self, which: bytes) -> str:
        return f"{self._status_of(which):03d}"

    def _status_of(self, which: bytes) -> int:
        if which.upper() not in (b"A", b"B"):
            raise ScpiError(-224, "Illegal parameter value; inputs are A and B")
        return _SENSOR_OVERRANGE * (self.overloaded or which.upper() == b"B")
