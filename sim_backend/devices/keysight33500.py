"""Keysight 33500B two-channel generator: arbitrary waveforms in volatile memory, bursts on a bus trigger.

Dialect: Keysight Trueform Series Operating and Service Guide (33500-90901).
"""

import numpy as np
from nado_lab.sim_backend.devices.keysight33500_settings import SETTINGS
from nado_lab.sim_backend.devices.output_levels import OutputLevels
from nado_lab.sim_backend.scpi import ScpiError, command, read_block, text_of
from nado_lab.sim_backend.scpi.errors import settings_conflict
from nado_lab.sim_backend.scpi.values import number_of, show_number

_FULL_SCALE = 32767
_FULL_GAIN_VPP = 20.0
_BUILT_IN = r"INT:\BUILTIN\EXP_RISE.ARB"
"""What is selected after a reset; its curve is not simulated."""
_MOST_CYCLES = 10**8
_OUTPUT_DIGITS = 6
"""What is put out is rounded to a microvolt: amplitude x count + offset leave less than that of a zero."""


class Keysight33500(OutputLevels):
    """Play one waveform a channel, in step, when the bus trigger comes; sync out follows the burst.

    An arbitrary waveform puts out counts x VOLT / (peak-to-peak of its counts) + VOLT:OFFS: the amplitude is
    that of the waveform's own data, the offset counts from the converter's zero (guide p. 192; an owner's
    33522B, community.keysight.com thread 22573). A trigger delay is stored and not simulated.
    """

    identity = "Keysight Technologies,33522B,MY52800001,4.00-1.19-2.00-52-00"
    memory_points = 1_000_000
    settings = SETTINGS

    def __init__(self, clock, world):
        super().__init__(clock)
        self.world = world
        self.silent = np.zeros(1, np.int16)
        self.memory: dict[int, dict[str, np.ndarray]] = {1: {}, 2: {}}
        self.selected: dict[int, str] = {}
        self.burst_start: float | None = None
        self._points, self._rate = 0, 1.0
        self.phase_zero_s = 0.0

    def reset(self) -> None:
        """Forget settings, waveforms and the burst."""
        super().reset()
        self.memory = {1: {}, 2: {}}
        self.selected = {}
        self.burst_start = None

    # -- waveforms ---------------------------------------------------------------------------

    @command("[SOURce#:]DATA:ARBitrary:DAC")
    def _load(self, channel: int, name: bytes, *points: bytes) -> None:
        values = self._counts(points)
        label = text_of(name).upper()
        if label in self.memory[channel]:
            raise ScpiError(786, "Specified arb waveform already exists")
        used = sum(len(w) for w in self.memory[channel].values())
        if len(values) < 8 or used + len(values) > self.memory_points:
            raise ScpiError(781, "Not enough memory to store new arb waveform; use DATA:VOLATILE:CLEAR")
        self.memory[channel][label] = values

    @command("[SOURce#:]DATA:ARBitrary")
    def _load_fractions(self, channel: int, name: bytes, *points: bytes) -> None:
        if points and points[0].startswith(b"#"):
            fractions = np.frombuffer(
                read_block(points[0]), dtype="<f4" if self.get("byte_order") == "SWAP" else ">f4"
            )
        else:
            fractions = np.array([number_of(point) for point in points])
        counts = (str(round(float(fraction) * _FULL_SCALE)).encode() for fraction in fractions)
        self._load(channel, name, *counts)

    def _counts(self, points: tuple[bytes, ...]) -> np.ndarray:
        if points and points[0].startswith(b"#"):
            order = "<i2" if self.get("byte_order") == "SWAP" else ">i2"
            data = read_block(points[0])
            values = np.frombuffer(data[: len(data) // 2 * 2], dtype=order)
        else:
            values = np.array([number_of(point) for point in points])
        if np.any(np.abs(values.astype(np.int32)) > _FULL_SCALE):
            raise ScpiError(-222, "Data out of range; DAC value")
        return values.astype(np.int16)

    @command("[SOURce#:]DATA:VOLatile:CLEar")
    def _forget(self, channel: int) -> None:
        self.burst_start = None
        self.memory[channel] = {}
        self.selected.pop(channel, None)

    @command("[SOURce#:]DATA:VOLatile:FREE?")
    def _free(self, channel: int) -> str:
        return str(self.memory_points - sum(len(w) for w in self.memory[channel].values()))

    @command("[SOURce#:]FUNCtion:ARBitrary")
    def _select(self, channel: int, name: bytes) -> None:
        label = text_of(name).upper()
        if label == _BUILT_IN:
            self.selected.pop(channel, None)
            return
        if label not in self.memory[channel]:
            raise ScpiError(785, f"Specified arb waveform does not exist; {label}")
        self.selected[channel] = label

    @command("[SOURce#:]FUNCtion:ARBitrary?")
    def _selected(self, channel: int) -> str:
        return f'"{self.selected.get(channel, _BUILT_IN)}"'

    @command("*OPT?")
    def _options(self) -> str:
        return "0,0"

    @command("[SOURce#:]FUNCtion:ARBitrary:POINts?")
    def _length(self, channel: int) -> str:
        return str(len(self._waveform(channel)))

    @command("[SOURce#:]FUNCtion:ARBitrary:PERiod?")
    def _period(self, channel: int) -> str:
        return show_number(len(self._waveform(channel)) / self.get("rate", channel))

    @command("[SOURce#:]FUNCtion:ARBitrary:PERiod")
    def _set_period(self, channel: int, seconds: bytes) -> None:
        self.values["rate", (channel,)] = len(self._waveform(channel)) / number_of(seconds)

    @command("[SOURce#:]FUNCtion:ARBitrary:FREQuency?")
    def _repetition(self, channel: int) -> str:
        return show_number(self.get("rate", channel) / len(self._waveform(channel)))

    @command("[SOURce#:]FUNCtion:ARBitrary:FREQuency")
    def _set_repetition(self, channel: int, hertz: bytes) -> None:
        self.values["rate", (channel,)] = len(self._waveform(channel)) * number_of(hertz)

    def widest(self, channel: int) -> float:
        """Return the largest VOLT: less than the converter's where the waveform does not span all of it."""
        counts = int(np.ptp(self._waveform(channel).astype(int)))
        if self.get("shape", channel) != "ARB" or not counts:
            return _FULL_GAIN_VPP
        return _FULL_GAIN_VPP * counts / (2 * _FULL_SCALE)

    # -- trigger -----------------------------------------------------------------------------

    @command("*TRG")
    def _trigger(self) -> None:
        armed = [c for c in (1, 2) if self.get("trigger_source", c) == "BUS" and self._plays(c)]
        if not armed:
            raise ScpiError(-211, "Trigger ignored")
        if self.playing():
            raise ScpiError(-211, "Trigger ignored; burst under way")
        if len({self.get("rate", c) for c in armed}) > 1:
            raise settings_conflict("channels of unlike sample rate are not simulated in one burst")
        self.burst_start = self.clock.now()
        self._points = max(len(self._waveform(c)) * self._cycles(c) for c in armed)
        self._rate = self.get("rate", armed[0])
        if self.get("sync"):
            self.world.trigger_out(self.burst_start)

    @command("ABORt")
    def _abort(self) -> None:
        self.burst_start = None

    @command("[SOURce#:]PHASe:SYNChronize")
    def _synchronise(self, channel: int) -> None:
        """Begin both sines anew; a burst always starts both channels in step."""
        self.phase_zero_s = self.clock.now()

    def _cycles(self, channel: int) -> int:
        return int(min(self.get("cycles", channel), _MOST_CYCLES))

    def _plays(self, channel: int) -> bool:
        ready = self.get("shape", channel) == "ARB" and channel in self.selected
        return ready and self.get("burst", channel) and self.get("output", channel)

    def busy_until(self) -> float:
        """Return when the burst ends."""
        if self.burst_start is None:
            return 0.0
        return self.burst_start + self._points / self._rate

    def playing(self) -> bool:
        """Tell whether a burst is under way at the present bench time."""
        return self.burst_start is not None and self.clock.now() < self.busy_until()

    # -- what the bench reads ----------------------------------------------------------------

    def burst(self) -> tuple[float, float, int]:
        """Return start in s, sample rate in 1/s and number of samples of the burst; none: no samples."""
        if self.burst_start is None:
            return 0.0, 1.0, 0
        return self.burst_start, self._rate, self._points

    def volts(self, start: int, stop: int) -> np.ndarray:
        """Return both outputs (sample, 2) in V for burst samples ``start`` to ``stop``."""
        return np.stack([self._channel_volts(c, np.arange(start, stop)) for c in (1, 2)], axis=1)

    def idle_volts(self) -> np.ndarray:
        """Return both outputs (2,) in V while no burst runs."""
        return np.array([self._idle(c) for c in (1, 2)])

    def swinging(self) -> list[int]:
        """Return the channels that put out a continuous sine."""
        return [
            c
            for c in (1, 2)
            if self.get("output", c) and self.get("shape", c) == "SIN" and not self.get("burst", c)
        ]

    def finest_s(self) -> float:
        """Return the time in which the fastest continuous sine turns by one part in 64."""
        return 1 / (64 * max(self.get("frequency", c) for c in self.swinging()))

    def next_edge(self, time_s: float) -> float:
        """Return when the first continuous sine next begins a period: the edge of the sync output."""
        period = 1 / self.get("frequency", self.swinging()[0])
        return self.phase_zero_s + np.ceil((time_s - self.phase_zero_s) / period - 1e-9) * period

    def continuous_volts(self, times: np.ndarray) -> np.ndarray:
        """Return both outputs (tick, 2) in V at times (tick,) in s while no burst runs."""
        volts = np.repeat(self.idle_volts()[None], len(times), axis=0)
        for c in self.swinging():
            angle = 2 * np.pi * self.get("frequency", c) * (times - self.phase_zero_s)
            wave = self.span_offset(c)[0] / 2 * np.sin(angle + np.radians(self.get("phase", c)))
            volts[:, c - 1] += self._sign(c) * wave
        return volts

    def outputs_on(self) -> bool:
        """Tell whether an output relay is closed."""
        return bool(self.get("output", 1) or self.get("output", 2))

    def _sign(self, channel: int) -> int:
        return -1 if self.get("polarity", channel) == "INV" else 1

    def _waveform(self, channel: int) -> np.ndarray:
        return self.memory[channel].get(self.selected.get(channel, ""), self.silent)

    def _channel_volts(self, channel: int, samples: np.ndarray) -> np.ndarray:
        if not self._plays(channel):
            return np.full(len(samples), self._idle(channel))
        waveform = self._waveform(channel)
        over = samples >= len(waveform) * self._cycles(channel)
        first = round(self.get("burst_phase", channel) / 360 * len(waveform))
        values = self._volts(channel, waveform[(samples + first) % len(waveform)])
        values[over] = self._idle(channel)
        return values

    def _volts(self, channel: int, counts: np.ndarray) -> np.ndarray:
        """Return what counts (sample,) of the selected waveform put out in V."""
        span, offset = self.span_offset(channel)
        spread = int(np.ptp(self._waveform(channel).astype(int)))
        volts = counts * (span / spread if spread else 0.0) + offset
        return self._sign(channel) * np.round(volts, _OUTPUT_DIGITS) + 0.0

    def _idle(self, channel: int) -> float:
        if not self.get("output", channel):
            return 0.0
        if self._plays(channel):
            waveform = self._waveform(channel)
            first = round(self.get("burst_phase", channel) / 360 * len(waveform)) % len(waveform)
            return float(self._volts(channel, waveform[first : first + 1])[0])
        return self._sign(channel) * self.span_offset(channel)[1] + 0.0
