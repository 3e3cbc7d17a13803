"""Stanford Research SR830 lock-in with its data buffer, one sample a trigger.

Dialect: SR830 Operating Manual, chapter 5.
"""

from typing import ClassVar

from nado_lab.sim_backend.devices.srs import INTEGER, LockIn, common_settings
from nado_lab.sim_backend.scpi import ScpiError, command, number


class SR830(LockIn):
    """Demodulate; store X on every trigger of the microwave source."""

    identity = "Stanford_Research_Systems,SR830,s/n48123,ver1.07"
    sensitivities: ClassVar = tuple(m * 10.0**e for e in range(-9, 1) for m in (1, 2, 5))[1:28]
    time_constants: ClassVar = tuple(m * 10.0**e for e in range(-5, 5) for m in (1, 3))
    settings = (
        *common_settings(102e3, 729.99, 19999, (1.0, 0.004, 5.0)),
        number("SENS", "sensitivity", 26, 0, 26, INTEGER),
        number("OFLT", "time_constant", 8, 0, 19, INTEGER),
        number("OFSL", "slope", 1, 0, 3, INTEGER),
        number("FMOD", "reference", 1, 0, 1, INTEGER),
        number("SRAT", "storage_rate", 4, 0, 14, INTEGER),
        number("SEND", "storage_end", 0, 0, 1, INTEGER),
        number("TSTR", "trigger_start", 0, 0, 1, INTEGER),
    )
    buffer_points = 16383

    @command("OUTP?")
    def _output(self, which: bytes) -> str:
        return f"{self.world.lockin_volts() if int(which) in (1, 3) else 0.0:.6g}"

    @command("REST")
    def _reset_buffer(self) -> None:
        self.start_samples()
        self.armed = 0

    @command("STRT")
    def _start(self) -> None:
        if int(self.get("storage_rate")) != 14:
            raise ScpiError(-221, "Settings conflict; only storage on triggers is simulated")
        self.armed = self.buffer_points

    @command("PAUS")
    def _pause(self) -> None:
        self.armed = 0

    @command("SPTS?")
    def _points(self) -> str:
        return str(0 if self.samples is None else len(self.samples))

    @command("TRCA?")
    def _trace(self, channel: bytes, first: bytes, count: bytes) -> str:
        stop = int(first) + int(count)
        if self.samples is None or stop > len(self.samples):
            raise ScpiError(-222, "Data out of range; no such points")
        return "".join(f"{value:.6e}," for value in self.samples[int(first) : stop].tolist())
