"""Lists, sweeps and the reading buffer of a Keithley 2450: 2450-901-01 Rev. B, p. 6-78 to 6-85 and 6-109."""

import statistics
from typing import Any

import numpy as np
from nado_lab.sim_backend.devices.source_core import Operating, SourceCore
from nado_lab.sim_backend.scpi import ScpiDevice, command, number_of
from nado_lab.sim_backend.scpi.errors import out_of_range, settings_conflict

_MOST_VALUES, _CHUNK = 2500, 100
_MOST_POINTS = 1_000_000
_OVERHEAD_S = 1.5e-3


class ListsAndBuffer(ScpiDevice):
    """Keep lists of levels, play them, keep what was measured."""

    core: SourceCore

    def __init__(self, clock: Any):  # noqa: ANN401  (a Clock)
        super().__init__(clock)
        self.capacity = 100_000
        self.forget()

    def forget(self) -> None:
        """Empty lists, sweep and buffer."""
        self.lists: dict[str, list[float]] = {"VOLT": [], "CURR": []}
        self.sweep: tuple[str, float] | None = None
        self.rows: list[tuple[float, Operating]] = []

    def sync(self) -> None:
        """Give the settings to the source."""
        raise NotImplementedError

    def measuring_s(self) -> float:
        """Return how long a reading takes, in s."""
        raise NotImplementedError

    def measured(self, reading: Operating) -> float:
        """Return what the meter shows of a reading."""
        raise NotImplementedError

    def shown(self, seconds: float, reading: Operating, elements: tuple[bytes, ...]) -> list[str]:
        """Print what was asked for of one reading."""
        raise NotImplementedError

    @command("SOURce:LIST:VOLTage")
    def _volts(self, *values: bytes) -> None:
        self.lists["VOLT"] = []
        self._append("VOLT", values)

    @command("SOURce:LIST:CURRent")
    def _amperes(self, *values: bytes) -> None:
        self.lists["CURR"] = []
        self._append("CURR", values)

    @command("SOURce:LIST:VOLTage:APPend")
    def _more_volts(self, *values: bytes) -> None:
        self._append("VOLT", values)

    @command("SOURce:LIST:CURRent:APPend")
    def _more_amperes(self, *values: bytes) -> None:
        self._append("CURR", values)

    def _append(self, word: str, values: tuple[bytes, ...]) -> None:
        levels = [number_of(value) for value in values]
        if not 1 <= len(levels) <= _CHUNK or len(self.lists[word]) + len(levels) > _MOST_VALUES:
            raise out_of_range("list")
        self.lists[word] += levels

    @command("SOURce:LIST:VOLTage:POINts?")
    def _count_volts(self) -> str:
        return str(len(self.lists["VOLT"]))

    @command("SOURce:LIST:CURRent:POINts?")
    def _count_amperes(self) -> str:
        return str(len(self.lists["CURR"]))

    @command("SOURce:SWEep:VOLTage:LIST")
    def _sweep_volts(self, _start: bytes, delay: bytes = b"0", *_more: bytes) -> None:
        self.sweep = ("VOLT", number_of(delay))

    @command("SOURce:SWEep:CURRent:LIST")
    def _sweep_amperes(self, _start: bytes, delay: bytes = b"0", *_more: bytes) -> None:
        self.sweep = ("CURR", number_of(delay))

    @command("SOURce:SWEep:VOLTage:LINear")
    def _ramp_volts(
        self, start: bytes, stop: bytes, points: bytes, delay: bytes = b"0", *_more: bytes
    ) -> None:
        self._ramp("VOLT", start, stop, points, delay)

    @command("SOURce:SWEep:CURRent:LINear")
    def _ramp_amperes(
        self, start: bytes, stop: bytes, points: bytes, delay: bytes = b"0", *_more: bytes
    ) -> None:
        self._ramp("CURR", start, stop, points, delay)

    def _ramp(self, word: str, start: bytes, stop: bytes, points: bytes, delay: bytes) -> None:
        count = int(number_of(points))
        if not 2 <= count <= _MOST_POINTS:
            raise out_of_range("points")
        self.lists[word] = np.linspace(number_of(start), number_of(stop), count).tolist()
        self.sweep = (word, max(0.0, number_of(delay)))

    @command("INITiate[:IMMediate]")
    def _initiate(self) -> None:
        if self.sweep is None or self.sweep[0] != self.get("source") or not self.lists[self.sweep[0]]:
            raise settings_conflict("no sweep of what is sourced")
        word, delay = self.sweep
        self.values["output", ()] = True
        self.sync()
        measured = self.measuring_s() + delay + self.get(f"{word.lower()} delay")
        self.rows = []
        self.core.play(self.lists[word], measured + _OVERHEAD_S, measured)

    @command("ABORt")
    def _abort(self) -> None:
        self.core.stop()
        self.sync()

    @command("TRACe:CLEar")
    def _clear_buffer(self, _buffer: bytes = b"") -> None:
        self.rows = []

    @command("TRACe:ACTual?")
    def _count_readings(self, _buffer: bytes = b"") -> str:
        return str(len(self.core.playing.points if self.core.playing else self.rows))

    @command("TRACe:DATA?")
    def _data(self, first: bytes, last: bytes, _buffer: bytes = b"", *elements: bytes) -> str:
        rows = self.rows[int(first) - 1 : int(last)]
        if len(rows) != int(last) - int(first) + 1:
            raise out_of_range("buffer")
        begin = rows[0][0]
        return ",".join(text for time, row in rows for text in self.shown(time - begin, row, elements))

    @command("TRACe:POINts")
    def _set_capacity(self, points: bytes, _buffer: bytes = b"") -> None:
        if not 10 <= number_of(points) <= 6_875_000:
            raise out_of_range("buffer")
        self.capacity = int(number_of(points))

    @command("TRACe:POINts?")
    def _get_capacity(self, _buffer: bytes = b"") -> str:
        return str(self.capacity)

    @command("TRACe:STATistics:AVERage?")
    def _average(self, _buffer: bytes = b"") -> str:
        return f"{statistics.fmean(self._readings()):.6E}"

    @command("TRACe:STATistics:MAXimum?")
    def _largest(self, _buffer: bytes = b"") -> str:
        return f"{max(self._readings()):.6E}"

    @command("TRACe:STATistics:MINimum?")
    def _smallest(self, _buffer: bytes = b"") -> str:
        return f"{min(self._readings()):.6E}"

    @command("TRACe:STATistics:STDDev?")
    def _deviation(self, _buffer: bytes = b"") -> str:
        return f"{statistics.pstdev(self._readings()):.6E}"

    def _readings(self) -> list[float]:
        """Return the readings of the buffer; an empty one has the single reading 0."""
        return [self.measured(reading) for _, reading in self.rows] or [0.0]
