"""Stanford Research SR830 lock-in with its data buffer, one sample a trigger or at a rate.

Dialect: SR830 Operating Manual, chapter 5; numbers as PyMeasure's users recorded them (``121.98``,
``-0.000500266``, ``-4.17234e-007``: tests/instruments/srs/test_sr830.py).
"""

from typing import ClassVar

import numpy as np
from nado_lab.sim_backend.devices.srs import INTEGER, LockIn, common_settings, short_exponent
from nado_lab.sim_backend.scpi import ScpiError, Unterminated, command, indexed, number

_ON_TRIGGER = 14
_EXPONENT_BIAS, _MANTISSA_BITS = 124, 15
_SHOW = short_exponent(6)


class SR830(LockIn):
    """Demodulate; store X on every trigger of the microwave source."""

    identity = "Stanford_Research_Systems,SR830,s/n48123,ver1.07"
    sensitivities: ClassVar = tuple(m * 10.0**e for e in range(-9, 1) for m in (1, 2, 5))[1:28]
    time_constants: ClassVar = tuple(m * 10.0**e for e in range(-5, 5) for m in (1, 3))
    settings = (
        *common_settings(729.99, 19999, (1.0, 0.004, 5.0)),
        number("FREQ", "frequency", 1e3, 1e-3, 102e3, short_exponent(5)),
        number("SENS", "sensitivity", 26, 0, 26, INTEGER),
        number("OFLT", "time_constant", 8, 0, 19, INTEGER),
        number("FMOD", "reference", 1, 0, 1, INTEGER),
        number("RSLP", "reference_edge", 0, 0, 2, INTEGER),
        number("ISRC", "input", 0, 0, 3, INTEGER),
        number("ILIN", "notch", 0, 0, 3, INTEGER),
        number("RMOD", "reserve", 1, 0, 2, INTEGER),
        number("OUTX", "interface", 1, 0, 1, INTEGER),
        number("SRAT", "storage_rate", 4, 0, 14, INTEGER),
        number("SEND", "storage_end", 0, 0, 1, INTEGER),
        number("TSTR", "trigger_start", 0, 0, 1, INTEGER),
        number("KCLK", "key_click", 1, 0, 1, INTEGER),
        number("ALRM", "alarm", 1, 0, 1, INTEGER),
        indexed(number("AUXV", "aux_out", 0.0, -10.5, 10.5, _SHOW), "1", "2", "3", "4"),
        indexed(number("FPOP", "front_output", 0, 0, 1, INTEGER), "1", "2"),
    )
    buffer_points = 16383

    def __init__(self, clock, world):
        super().__init__(clock, world)
        self.scaling: dict[int, tuple[float, int]] = dict.fromkeys((1, 2, 3), (0.0, 0))
        self.displays: dict[int, tuple[int, int]] = dict.fromkeys((1, 2), (0, 0))
        self.timed_since: float | None = None

    def reset(self) -> None:
        """Return to the settings after ``*RST``."""
        super().reset()
        self.scaling = dict.fromkeys(self.scaling, (0.0, 0))
        self.displays = dict.fromkeys(self.displays, (0, 0))

    def status(self) -> int:
        """Return bit 0 for the input, bit 2 for the output (manual, 5-23)."""
        return self.overloaded + 4 * self.too_small()

    # -- outputs -----------------------------------------------------------------------------

    @command("OUTP?")
    def _output(self, which: bytes) -> str:
        if which not in (b"1", b"2", b"3", b"4"):
            raise ScpiError(-222, "Data out of range; outputs are 1 to 4")
        return _SHOW(self.outputs()[int(which) - 1])

    @command("OUTR?")
    def _display(self, which: bytes) -> str:
        return _SHOW(self.outputs()[int(which) - 1])

    @command("OAUX?")
    def _aux_in(self, which: bytes) -> str:
        if which not in (b"1", b"2", b"3", b"4"):
            raise ScpiError(-222, "Data out of range; inputs are 1 to 4")
        return "0"

    @command("SNAP?")
    def _snap(self, *which: bytes) -> str:
        if not 2 <= len(which) <= 6:
            raise ScpiError(-109, "Missing parameter; SNAP? takes 2 to 6")
        values = [*self.outputs(), 0.0, 0.0, 0.0, 0.0, self.get("frequency"), *self.outputs()[:2]]
        return ",".join(_SHOW(values[int(each) - 1]) for each in which)

    @command("OEXP")
    def _set_scaling(self, channel: bytes, percent: bytes, expand: bytes) -> None:
        if expand not in (b"0", b"1", b"2"):
            raise ScpiError(-222, "Data out of range; expand is 0, 1 or 2")
        self.scaling[int(channel)] = (float(percent), int(expand))

    @command("OEXP?")
    def _scaling(self, channel: bytes) -> str:
        percent, expand = self.scaling[int(channel)]
        return f"{_SHOW(percent)},{expand}"

    @command("DDEF")
    def _set_display(self, channel: bytes, shown: bytes, ratio: bytes) -> None:
        self.displays[int(channel)] = (int(shown), int(ratio))

    @command("DDEF?")
    def _get_display(self, channel: bytes) -> str:
        return "{},{}".format(*self.displays[int(channel)])

    # -- buffer ------------------------------------------------------------------------------

    @command("REST")
    def _reset_buffer(self) -> None:
        self.start_samples()
        self.armed, self.timed_since = 0, None

    @command("STRT")
    def _start(self) -> None:
        if int(self.get("storage_rate")) == _ON_TRIGGER:
            self.armed = self.buffer_points
        else:
            self.timed_since = self.clock.now()

    @command("PAUS")
    def _pause(self) -> None:
        self.armed = 0
        self.samples, self.timed_since = self._stored(), None

    def _stored(self) -> np.ndarray | None:
        """Return the samples so far; those at a rate are X as it is now."""
        if self.timed_since is None:
            return self.samples
        rate = 2.0 ** (int(self.get("storage_rate")) - 4)
        count = min(self.buffer_points, int((self.clock.now() - self.timed_since) * rate))
        return np.full(count, self.world.lockin_volts())

    @command("SPTS?")
    def _points(self) -> str:
        stored = self._stored()
        return str(0 if stored is None else len(stored))

    def _part(self, first: bytes, count: bytes) -> np.ndarray:
        stored = self._stored()
        stop = int(first) + int(count)
        if stored is None or stop > len(stored):
            raise ScpiError(-222, "Data out of range; no such points")
        return stored[int(first) : stop]

    @command("TRCA?")
    def _trace(self, channel: bytes, first: bytes, count: bytes) -> str:
        return "".join(f"{value:.6e}," for value in self._part(first, count).tolist())

    @command("TRCB?")
    def _trace_of_floats(self, channel: bytes, first: bytes, count: bytes) -> bytes:
        return Unterminated(self._part(first, count).astype("<f4").tobytes())

    @command("TRCL?")
    def _trace_of_own_floats(self, channel: bytes, first: bytes, count: bytes) -> bytes:
        """Answer with mantissas and exponents of 16 bits, m x 2**(e - 124) (manual, 5-18)."""
        mantissa, exponent = np.frexp(self._part(first, count))
        pairs = np.stack(
            [np.rint(mantissa * (2**_MANTISSA_BITS - 1)), exponent + _EXPONENT_BIAS - _MANTISSA_BITS]
        )
        return Unterminated(pairs.T.astype("<i2").tobytes())
