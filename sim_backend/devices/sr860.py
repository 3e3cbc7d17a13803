"""Stanford Research SR860 lock-in with its capture buffer, one sample a trigger.

Dialect: SR860 Operation Manual, chapter 4, srsinst.sr860 (SRS) and QCoDeS's SR86x; nothing follows a block.
"""

from typing import ClassVar

import numpy as np
from nado_lab.sim_backend.devices.sr860_settings import SETTINGS, SHOW
from nado_lab.sim_backend.devices.srs import LockIn, common_settings
from nado_lab.sim_backend.scpi import ScpiError, Unterminated, command, make_block, numeral

_KILOBYTE = 1024
_FASTEST_HZ = 1.25e6
_INPUT_RANGE, _OUTPUT_SCALE, _DATA_CHANNEL = 16, 1, 256
_OUTPUTS = numeral(
    "", "", 0, "X Y R THeta IN1 IN2 IN3 IN4 XNOise YNOise OUT1 OUT2 PHAse SAMp LEVel FInt FExt"
)


class SR860(LockIn):
    """Demodulate; capture X on every trigger of the microwave source."""

    identity = "Stanford_Research_Systems,SR860,003210,v1.47"
    sensitivities: ClassVar = tuple(m * 10.0**-e for e in range(10) for m in (1, 0.5, 0.2))[:28]
    time_constants: ClassVar = tuple(m * 10.0**e for e in range(-6, 5) for m in (1, 3))[:22]
    settings = (*common_settings(360, 99, (0.0, 0.0, 2.0)), *SETTINGS)

    def __init__(self, clock, world):
        super().__init__(clock, world)
        self.rate_divisor = 0

    def status(self) -> int:
        """Return bit 4 for the input range, bits 0 and 8 for the scale (srsinst.sr860, LiaStatusBitDict)."""
        small = (_OUTPUT_SCALE + _DATA_CHANNEL) * self.too_small()
        return _INPUT_RANGE * self.overloaded | small

    @command("FREQ")
    def _set_frequency(self, hertz: bytes) -> None:
        setting = next(each for each in SETTINGS if each.name == "frequency")
        self.values["frequency", ()] = setting.parse(hertz)

    @command("FREQ?", "FREQDET?")
    def _frequency(self) -> str:
        return SHOW(self.get("frequency"))

    @command("FREQEXT?", "FFTMAXSPAN?", "FCRX?", "FCRY?", "CURINTERVAL?")
    def _nothing(self) -> str:
        return "0"

    @command("CUROVLDSTAT?")
    def _overload(self) -> str:
        return str(self.status())

    @command("TBSTAT?")
    def _timebase(self) -> str:
        return "1"

    @command("ILVL?")
    def _level(self) -> str:
        return "1"

    @command("ENBW?")
    def _noise_bandwidth(self) -> str:
        return SHOW(1 / (4 * self.time_constant_s()))

    @command("SCNSTATE?")
    def _scan_state(self) -> str:
        return "0"

    @command("CURDATTIM?", "FNXT?")
    def _name(self) -> str:
        return "sr860_0000"

    @command("OAUX?", "SCRY?")
    def _aux_in(self, which: bytes) -> str:
        return "0"

    # -- outputs -----------------------------------------------------------------------------

    def _value(self, which: bytes) -> float:
        place = _OUTPUTS.parse(which)
        fixed = {12: self.get("phase"), 13: self.get("sine"), 14: self.get("sine_offset")}
        return self.outputs()[place] if place < 4 else fixed.get(place, self._other(place))

    def _other(self, place: int) -> float:
        return self.get("frequency") if place == 15 else 0.0

    @command("OUTP?")
    def _output(self, which: bytes) -> str:
        return f"{self._value(which):.9e}"

    @command("OUTR?")
    def _data_channel(self, which: bytes) -> str:
        return f"{self._value(str(self.get('data_channel', int(which))).encode()):.9e}"

    @command("SNAP?")
    def _snap(self, *which: bytes) -> str:
        if not 2 <= len(which) <= 3:
            raise ScpiError(-109, "Missing parameter; SNAP? takes two or three")
        return ",".join(f"{self._value(each):.9e}" for each in which)

    @command("SNAPD?")
    def _snap_display(self) -> str:
        return ",".join(self._data_channel(str(channel).encode()) for channel in range(4))

    # -- capture -----------------------------------------------------------------------------

    def _fastest(self) -> float:
        """Return the largest rate of a capture in 1/s: less for a slower filter."""
        return min(_FASTEST_HZ, 1.25 / self.time_constant_s())

    @command("CAPTURERATEMAX?", "STREAMRATEMAX?")
    def _largest_rate(self) -> str:
        return SHOW(self._fastest())

    @command("CAPTURERATE")
    def _set_rate(self, divisor: bytes) -> None:
        if not 0 <= int(divisor) <= 20:
            raise ScpiError(-222, "Data out of range; CAPTURERATE")
        self.rate_divisor = int(divisor)

    @command("CAPTURERATE?")
    def _rate(self) -> str:
        return SHOW(self._fastest() / 2**self.rate_divisor)

    @command("CAPTURESTART")
    def _start(self, mode: bytes, trigger: bytes) -> None:
        if trigger.upper() not in (b"2", b"SAMP", b"SAMPPERTRIG"):
            raise ScpiError(-224, "Illegal parameter value; one sample a trigger is simulated")
        self.start_samples()
        self.armed = int(self.get("capture_length")) * _KILOBYTE // 4

    @command("CAPTURESTOP")
    def _stop(self) -> None:
        self.armed = 0

    @command("CAPTURESTAT?")
    def _state(self) -> str:
        return str(int(bool(self.armed)))

    @command("CAPTUREBYTES?")
    def _bytes(self) -> str:
        return str(0 if self.samples is None else 4 * len(self.samples))

    @command("CAPTUREPROG?")
    def _kilobytes(self) -> str:
        return str(0 if self.samples is None else -(-4 * len(self.samples) // _KILOBYTE))

    @command("CAPTUREGET?")
    def _get(self, offset: bytes, length: bytes) -> bytes:
        if self.armed or self.samples is None:
            raise ScpiError(-221, "Settings conflict; capture is running or empty")
        start, stop = (int(offset) * _KILOBYTE, (int(offset) + int(length)) * _KILOBYTE)
        buffer = np.zeros(int(self.get("capture_length")) * _KILOBYTE // 4, dtype="<f4")
        buffer[: len(self.samples)] = self.samples
        return Unterminated(make_block(buffer.tobytes()[start:stop]))
