"""Stanford Research SR860 lock-in with its capture buffer, one sample a trigger.

Dialect: SR860 Operation Manual, chapter 4.
"""

from typing import ClassVar

import numpy as np
from nado_lab.sim_backend.devices.srs import INTEGER, LockIn, common_settings
from nado_lab.sim_backend.scpi import ScpiError, choice, command, make_block, number

_KILOBYTE = 1024


class SR860(LockIn):
    """Demodulate; capture X on every trigger of the microwave source."""

    identity = "Stanford_Research_Systems,SR860,003210,v1.47"
    sensitivities: ClassVar = tuple(m * 10.0**-e for e in range(10) for m in (1, 0.5, 0.2))[:28]
    time_constants: ClassVar = tuple(m * 10.0**e for e in range(-6, 5) for m in (1, 3))[:22]
    settings = (
        *common_settings(5e5, 360, 99, (0.0, 0.0, 2.0)),
        number("SCAL", "sensitivity", 0, 0, 27, INTEGER),
        number("OFLT", "time_constant", 10, 0, 21, INTEGER),
        number("OFSL", "slope", 3, 0, 3, INTEGER),
        number("RSRC", "reference", 0, 0, 3, INTEGER),
        number("CAPTURECFG", "capture", 0, 0, 3, INTEGER),
        number("CAPTURELEN", "capture_length", 256, 1, 4096, INTEGER),
        choice("IVMD", "input", "VOLT", "VOLT CURR 0 1"),
    )

    @command("OUTP?")
    def _output(self, which: bytes) -> str:
        value = self.world.lockin_volts() if int(which) == 0 else 0.0
        return f"{value:.9e}"

    @command("CAPTURESTART")
    def _start(self, mode: bytes, trigger: bytes) -> None:
        if trigger.upper() not in (b"2", b"SAMP", b"SAMPPERTRIG"):
            raise ScpiError(-224, "Illegal parameter value; one sample a trigger is simulated")
        self.start_samples()
        self.armed = int(self.get("capture_length")) * _KILOBYTE // 4

    @command("CAPTURESTOP")
    def _stop(self) -> None:
        self.armed = 0

    @command("CAPTUREBYTES?")
    def _bytes(self) -> str:
        return str(0 if self.samples is None else 4 * len(self.samples))

    @command("CAPTUREGET?")
    def _get(self, offset: bytes, length: bytes) -> bytes:
        if self.armed or self.samples is None:
            raise ScpiError(-221, "Settings conflict; capture is running or empty")
        start, stop = (int(offset) * _KILOBYTE, (int(offset) + int(length)) * _KILOBYTE)
        buffer = np.zeros(int(self.get("capture_length")) * _KILOBYTE // 4, dtype="<f4")
        buffer[: len(self.samples)] = self.samples
        return make_block(buffer.tobytes()[start:stop])
