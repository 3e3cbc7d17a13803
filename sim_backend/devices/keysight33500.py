"""Keysight 33500B two-channel generator: arbitrary waveforms in volatile memory, bursts on a bus trigger.

Dialect: Keysight Trueform Series Operating and Service Guide (33500-90901).
"""

import numpy as np
from nado_lab.sim_backend.scpi import (
    ScpiDevice,
    ScpiError,
    boolean,
    choice,
    command,
    number,
    read_block,
    text,
    text_of,
)
from nado_lab.sim_backend.scpi.errors import settings_conflict
from nado_lab.sim_backend.scpi.values import number_of, show_number

_FULL_SCALE = 32767
_SHAPES = "SINusoid SQUare TRIangle RAMP PULSe PRBS NOISe ARBitrary DC"


class Keysight33500(ScpiDevice):
    """Play one waveform a channel, in step, when the bus trigger comes; sync out follows the burst."""

    identity = "Keysight Technologies,33522B,MY52800001,4.00-1.19-2.00-52-00"
    memory_points = 1_000_000
    settings = (
        choice("[SOURce#:]FUNCtion[:SHAPe]", "shape", "SIN", _SHAPES),
        number("[SOURce#:]FUNCtion:ARBitrary:SRATe", "rate", 40e3, 1e-6, 250e6),
        choice("[SOURce#:]FUNCtion:ARBitrary:FILTer", "filter", "STEP", "NORMal STEP OFF"),
        number("[SOURce#:]FREQuency", "frequency", 1e3, 1e-6, 30e6),
        number("[SOURce#:]VOLTage", "amplitude", 0.1, 1e-3, 20.0),
        number("[SOURce#:]VOLTage:OFFSet", "offset", 0.0, -10.0, 10.0),
        choice("[SOURce#:]VOLTage:UNIT", "unit", "VPP", "VPP VRMS DBM"),
        number("[SOURce#:]PHASe", "phase", 0.0, -360.0, 360.0),
        boolean("[SOURce#:]BURSt:STATe", "burst"),
        choice("[SOURce#:]BURSt:MODE", "burst_mode", "TRIG", "TRIGgered GATed"),
        number("[SOURce#:]BURSt:NCYCles", "cycles", 1, 1, 1e8),
        choice("TRIGger#:SOURce", "trigger_source", "IMM", "IMMediate EXTernal TIMer BUS"),
        boolean("OUTPut#[:STATe]", "output"),
        number("OUTPut#:LOAD", "load", 50.0, 1.0, float("inf"), lambda v: show_number(min(v, 9.9e37))),
        boolean("OUTPut:SYNC[:STATe]", "sync", default=True),
        choice("FORMat:BORDer", "byte_order", "NORM", "NORMal SWAPped"),
        text("DISPlay:TEXT", "display"),
    )

    def __init__(self, clock, world):
        super().__init__(clock)
        self.world = world
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
        if label not in self.memory[channel]:
            raise ScpiError(785, f"Specified arb waveform does not exist; {label}")
        self.selected[channel] = label

    @command("[SOURce#:]FUNCtion:ARBitrary?")
    def _selected(self, channel: int) -> str:
        return f'"{self.selected.get(channel, "")}"'

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
        self._points = max(len(self._waveform(c)) * int(self.get("cycles", c)) for c in armed)
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
            volts[:, c - 1] += self.get("amplitude", c) / 2 * np.sin(angle + np.radians(self.get("phase", c)))
        return volts

    def outputs_on(self) -> bool:
        """Tell whether an output relay is closed."""
        return bool(self.get("output", 1) or self.get("output", 2))

    def _waveform(self, channel: int) -> np.ndarray:
        return self.memory[channel].get(self.selected.get(channel, ""), np.zeros(1, np.int16))

    def _channel_volts(self, channel: int, samples: np.ndarray) -> np.ndarray:
        if not self._plays(channel):
            return np.full(len(samples), self._idle(channel))
        waveform = self._waveform(channel)
        over = samples >= len(waveform) * int(self.get("cycles", channel))
        values = waveform[samples % len(waveform)] * self._volts_per_count(channel)
        values[over] = self._idle(channel)
        return values + 0.0

    def _idle(self, channel: int) -> float:
        if not self.get("output", channel):
            return 0.0
        if self.get("shape", channel) == "DC":
            return self.get("offset", channel)
        if self._plays(channel):
            first = float(self._waveform(channel)[0]) * self._volts_per_count(channel)
            return first + self.get("offset", channel)
        return self.get("offset", channel)

    def _volts_per_count(self, channel: int) -> float:
        return self.get("amplitude", channel) / 2 / _FULL_SCALE
