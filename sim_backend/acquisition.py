"""Samples that a digitiser takes from the running world at its own clock."""

from collections.abc import Sequence
from typing import Protocol

import numpy as np


class Triggered(Protocol):
    """A digitiser that may wait for an edge."""

    def external_trigger(self, time_s: float) -> None: ...


class Acquisition:
    """Fill ``count`` samples at ``rate`` 1/s from ``start_s`` on with the volts of one contact pair."""

    def __init__(self, start_s: float, rate: float, count: int, contact: int):
        self.start_s, self.rate, self.contact = start_s, rate, contact
        self.volts = np.zeros(count)
        self.filled = 0

    @property
    def running(self) -> bool:
        """Tell whether samples are still missing."""
        return self.filled < len(self.volts)

    @property
    def end_s(self) -> float:
        """Return the bench time at which the last sample is complete."""
        return self.start_s + len(self.volts) / self.rate

    def collect(self, tick_s: float, dt: float, volts: np.ndarray) -> None:
        """Take the samples that fall into ticks (tick, contact) of ``dt`` s beginning at ``tick_s``."""
        end = tick_s + len(volts) * dt
        stop = min(len(self.volts), int(np.ceil((end - self.start_s) * self.rate - 1e-6)))
        if stop <= self.filled:
            return
        times = self.start_s + np.arange(self.filled, stop) / self.rate
        ticks = np.floor((times - tick_s) / dt + 1e-6).astype(int)
        self.volts[self.filled : stop] = volts[np.clip(ticks, 0, len(volts) - 1), self.contact]
        self.filled = stop


class Recorder:
    """The part of a world that digitisers see: they wait for an edge, and then record."""

    def __init__(self) -> None:
        self.digitisers: Sequence[Triggered] = ()
        self.acquisitions: list[Acquisition] = []

    def acquire(self, start_s: float, rate: float, count: int, contact: int) -> Acquisition:
        """Begin to record one contact pair."""
        acquisition = Acquisition(start_s, rate, count, contact)
        self.acquisitions.append(acquisition)
        return acquisition

    def forget(self, acquisition: Acquisition | None) -> None:
        """Stop recording."""
        if acquisition in self.acquisitions:
            self.acquisitions.remove(acquisition)
            acquisition.volts = acquisition.volts[: acquisition.filled]

    def start_waiting(self, time_s: float) -> None:
        """Give every digitiser an edge."""
        for digitiser in self.digitisers:
            digitiser.external_trigger(time_s)

    def record(self, time_s: float, dt: float, volts: np.ndarray) -> None:
        """Give the acquisitions volts (tick, contact) of ticks of ``dt`` s from ``time_s`` on."""
        for acquisition in self.acquisitions:
            acquisition.collect(time_s, dt, volts)
        self.acquisitions = [each for each in self.acquisitions if each.running]
