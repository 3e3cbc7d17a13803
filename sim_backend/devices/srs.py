"""The common part of the Stanford lock-ins: commands without a space, status registers, triggered samples."""

import re
from typing import ClassVar

import numpy as np
from nado_lab.sim_backend.scpi import ScpiDevice, command, number
from nado_lab.sim_backend.scpi.settings import Setting

INTEGER = "{:.0f}".format
_GLUED = re.compile(rb"\s*(\*?[A-Za-z]+\??)\s*(.*)\Z", re.DOTALL)


def common_settings(
    most_hz: float, most_deg: float, most_harmonic: int, sine_v: tuple[float, float, float]
) -> tuple[Setting, ...]:
    """Declare what both lock-ins spell alike; ``sine_v`` is default, least and most of the sine output."""
    return (
        number("FREQ", "frequency", 1e3, 1e-3, most_hz),
        number("PHAS", "phase", 0.0, -360, most_deg),
        number("HARM", "harmonic", 1, 1, most_harmonic, INTEGER),
        number("SLVL", "sine", *sine_v),
    )


class LockIn(ScpiDevice):
    """Drive the field modulation with its sine output and demodulate what comes back."""

    faults: ClassVar = ScpiDevice.faults | {"overload"}
    time_constants: ClassVar[tuple[float, ...]] = ()
    sensitivities: ClassVar[tuple[float, ...]] = ()

    def __init__(self, clock, world):
        super().__init__(clock)
        self.world = world
        self.armed = 0
        self.samples: np.ndarray | None = None

    def _execute(self, unit: bytes, path: str) -> tuple[str, bytes | None]:
        match = _GLUED.match(unit)
        if match is None:
            return super()._execute(unit, path)
        return super()._execute(match[1] + b" " + match[2].replace(b" ", b""), "")

    def sine_volts(self) -> float:
        """Return the amplitude of the sine output in V rms."""
        return self.get("sine")

    def time_constant_s(self) -> float:
        """Return the time constant of the output filter in s."""
        return self.time_constants[int(self.get("time_constant"))]

    def full_scale_v(self) -> float:
        """Return the sensitivity in V."""
        return self.sensitivities[int(self.get("sensitivity"))]

    def start_samples(self) -> None:
        """Forget the samples of the last sweep."""
        self.samples = None

    @command("LIAS?")
    def _status(self) -> str:
        return str(int(self.overloaded or self._too_small()))

    def _too_small(self) -> bool:
        return self.samples is not None and bool(abs(self.samples).max() > 1.1 * self.full_scale_v())

    @command("ERRS?")
    def _error_status(self) -> str:
        return "0"
