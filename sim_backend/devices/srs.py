"""The common part of the Stanford lock-ins: commands without a space, status registers, triggered samples."""

import re
from collections.abc import Callable
from typing import ClassVar

import numpy as np
from nado_lab.sim_backend.scpi import ScpiDevice, command, number
from nado_lab.sim_backend.scpi.settings import Setting

INTEGER = "{:.0f}".format
_GLUED = re.compile(rb"\s*(SCNAUX[12]|\*?[A-Za-z]+)\s*(\??)\s*(.*)\Z", re.DOTALL | re.IGNORECASE)
"""A command, glued to its parameters or not; two headers of an SR860 end in a digit."""


def short_exponent(digits: int) -> Callable[[float], str]:
    """Print numbers as ``%g`` of a Windows compiler does, which both lock-ins were recorded to: 1e-007."""

    def show(value: float) -> str:
        return re.sub(r"e([+-])(\d\d)\Z", r"e\g<1>0\2", f"{value:.{digits}g}")

    return show


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
        return super()._execute(match[1] + match[2] + b" " + match[3].replace(b" ", b""), "")

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

    def outputs(self) -> tuple[float, float, float, float]:
        """Return X, Y and R in V and theta in deg now: the sample answers in phase."""
        x = self.world.lockin_volts()
        return x, 0.0, abs(x), 0.0 if x >= 0 else 180.0

    def status(self) -> int:
        """Return the lock-in status byte in this model's bits."""
        return 0

    def too_small(self) -> bool:
        """Tell whether the samples exceed the sensitivity."""
        return self.samples is not None and bool(abs(self.samples).max() > 1.1 * self.full_scale_v())

    @command("LIAS?")
    def _status(self, bit: bytes = b"") -> str:
        return _of_bit(self.status(), bit)

    @command("ERRS?")
    def _error_status(self, bit: bytes = b"") -> str:
        return _of_bit(0, bit)

    @command("*STB?")
    def _status_byte(self, bit: bytes = b"") -> str:
        return _of_bit(self.stb(), bit)

    @command("*ESR?")
    def _event_status(self, bit: bytes = b"") -> str:
        found, self.event_status = self.event_status, 0
        return _of_bit(found, bit)

    @command("*ESE?")
    def _enabled_events(self, bit: bytes = b"") -> str:
        return _of_bit(self.event_enable, bit)

    @command("*SRE?")
    def _enabled_service(self, bit: bytes = b"") -> str:
        return _of_bit(self.service_enable, bit)

    @command(
        "AGAN", "ARSV", "APHS", "AOFF", "ARNG", "ASCL", "LOCL", "TRIG", "STRD", "FAST", "DCAP", "SSET", "RSET"
    )
    def _accept(self, *arguments: bytes) -> None:
        """Accept: none of these changes what the bench simulates."""


def _of_bit(register: int, bit: bytes) -> str:
    return str(register if not bit else (register >> int(bit)) & 1)


def common_settings(
    most_deg: float, most_harmonic: int, sine_v: tuple[float, float, float]
) -> tuple[Setting, ...]:
    """Declare what both lock-ins spell alike; ``sine_v`` is default, least and most of the sine output."""
    return (
        number("PHAS", "phase", 0.0, -360, most_deg, short_exponent(6)),
        number("HARM", "harmonic", 1, 1, most_harmonic, INTEGER),
        number("SLVL", "sine", *sine_v, short_exponent(9)),
        number("OFSL", "slope", 1, 0, 3, INTEGER),
        number("SYNC", "synchronous", 0, 0, 1, INTEGER),
        number("ICPL", "coupling", 0, 0, 1, INTEGER),
        number("IGND", "grounding", 0, 0, 1, INTEGER),
        number("OVRM", "override_remote", 1, 0, 1, INTEGER),
        number("LIAE", "lock_in_enable", 0, 0, 65535, INTEGER),
        number("ERRE", "error_enable", 0, 0, 255, INTEGER),
        number("*PSC", "power_on_clear", 1, 0, 1, INTEGER),
    )
