"""The analogue part of a simulated source-meter: source and compliance on a load, and a list it plays."""

from dataclasses import dataclass, field
from typing import Protocol

import numpy as np

_HALVINGS = 50
_MOST_SLICES = 64


class Load(Protocol):
    """The device under test between the terminals; its current rises with its voltage."""

    def amperes(self, volts: float) -> float:
        """Return the current in A at ``volts`` V in the present state."""
        ...

    def hold(self, volts: float, seconds: float) -> None:
        """Go on for ``seconds`` s under ``volts`` V."""
        ...


class Resistor:
    """A load of so many ohm."""

    def __init__(self, ohms: float):
        self.ohms = ohms

    def amperes(self, volts: float) -> float:
        """Return the current in A at ``volts`` V."""
        return volts / self.ohms

    def hold(self, volts: float, seconds: float) -> None:
        """A resistor remembers nothing."""


@dataclass(frozen=True)
class Operating:
    """Where source and load meet."""

    volts: float
    amperes: float
    limited: bool = False


@dataclass
class Playing:
    """A list that is played: each level for ``step_s`` s, measured ``measured_s`` s after its start."""

    start_s: float
    levels: list[float]
    step_s: float
    measured_s: float
    points: list[tuple[float, Operating]] = field(default_factory=list)

    @property
    def end_s(self) -> float:
        """Return the bench time at which the list is over."""
        return self.start_s + len(self.levels) * self.step_s


class SourceCore:
    """Source ``sourced`` ("V" or "A") into a load, held back where the other quantity reaches its limit."""

    def __init__(
        self, load: Load, start_s: float, *, noise: float = 0.0, seed: int = 0, slice_s: float = 1e-3
    ):
        """``noise`` is the standard deviation of a reading as a share; the clamp acts each ``slice_s``."""
        self.load, self.time = load, start_s
        self.output, self.sourced = False, "V"
        self.levels = {"V": 0.0, "A": 0.0}
        self.limits = {"A": 105e-6, "V": 21.0}
        self.open_circuit = self.stuck = False
        self.playing: Playing | None = None
        self._noise, self._slice_s = noise, slice_s
        self._random = np.random.default_rng(seed)

    # -- where source and load meet --------------------------------------------------------------

    def operating(self) -> Operating:
        """Return volts and current now; an output that is off is a source of 0 V."""
        if self.open_circuit:
            return self._open()
        if not self.output:
            return Operating(0.0, self.load.amperes(0.0))
        level = self.levels[self.sourced]
        if self.sourced == "V":
            amperes = self.load.amperes(level)
            most = self.limits["A"]
            if abs(amperes) <= most:
                return Operating(level, amperes)
            volts = self._volts_of(float(np.copysign(most, amperes)), level)
            return Operating(volts, self.load.amperes(volts), limited=True)
        edge = float(np.copysign(self.limits["V"], level))
        if abs(self.load.amperes(edge)) < abs(level):
            return Operating(edge, self.load.amperes(edge), limited=True)
        volts = self._volts_of(level, edge)
        return Operating(volts, self.load.amperes(volts))

    def _open(self) -> Operating:
        """Return what a source sees that nothing is connected to."""
        level = self.levels[self.sourced] if self.output else 0.0
        if self.sourced == "V" or not level:
            return Operating(level if self.sourced == "V" else 0.0, 0.0)
        return Operating(float(np.copysign(self.limits["V"], level)), 0.0, limited=True)

    def _volts_of(self, amperes: float, edge: float) -> float:
        """Return the voltage between 0 and ``edge`` at which so much current flows."""
        low, high = 0.0, edge
        for _ in range(_HALVINGS):
            middle = 0.5 * (low + high)
            low, high = (middle, high) if abs(self.load.amperes(middle)) < abs(amperes) else (low, middle)
        return 0.5 * (low + high)

    def is_on(self, *, wanted: bool) -> bool:
        """Return whether the output is on when it is told to: one that is stuck stays on."""
        return wanted or self.stuck

    def stick(self) -> None:
        """Weld the relay of the output."""
        self.stuck = self.output = True

    def mend(self) -> None:
        """Mend what was broken."""
        self.open_circuit = self.stuck = False

    def measure(self) -> Operating:
        """Return a reading of both quantities, with the noise of the meter."""
        now = self.operating()
        volts, amperes = 1 + self._noise * self._random.standard_normal(2)
        return Operating(now.volts * float(volts), now.amperes * float(amperes), now.limited)

    # -- time ------------------------------------------------------------------------------------

    def play(self, levels: list[float], step_s: float, measured_s: float) -> None:
        """Start a list now; ``advance`` plays it."""
        self.playing = Playing(self.time, levels, step_s, measured_s)

    def busy_until(self) -> float:
        """Return the bench time at which the list is over."""
        return self.playing.end_s if self.playing else 0.0

    def stop(self) -> None:
        """Give up the list where it is."""
        self.playing = None

    def advance(self, until_s: float) -> None:
        """Go on to a bench time: the list first, then the level that is set."""
        playing = self.playing
        while playing and playing.levels and len(playing.points) < len(playing.levels):
            index = len(playing.points)
            begin = playing.start_s + index * playing.step_s
            measured = begin + playing.measured_s
            if begin > until_s:
                break
            self._hold_to(begin)
            self.levels[self.sourced] = playing.levels[index]
            if measured > until_s:
                break
            self._hold_to(measured)
            playing.points.append((measured, self.measure()))
        self._hold_to(until_s)

    def _hold_to(self, time_s: float) -> None:
        seconds = time_s - self.time
        if seconds <= 0:
            return
        live = self.output and self.levels[self.sourced] and not self.open_circuit
        slices = min(_MOST_SLICES, max(1, int(np.ceil(seconds / self._slice_s)))) if live else 1
        for _ in range(slices):
            volts = 0.0 if self.open_circuit else self.operating().volts
            self.load.hold(volts, seconds / slices)
        self.time = time_s
