"""Bench time: simulated (an hour takes as long as its computation) or the wall's."""

import threading
import time
from typing import Protocol


class Clock(Protocol):
    """A time in s and a way to wait for it."""

    def now(self) -> float: ...

    def sleep(self, seconds: float) -> None: ...


class SimulatedClock:
    """Keep a time that passes only when somebody sleeps or advances it."""

    def __init__(self, start_s: float = 0.0):
        self._now = float(start_s)
        self._lock = threading.Lock()

    def now(self) -> float:
        """Return the bench time in s."""
        return self._now

    def sleep(self, seconds: float) -> None:
        """Let the bench time pass by ``seconds`` at once."""
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Move the bench time forward by ``seconds`` >= 0."""
        if seconds < 0:
            raise ValueError(f"time runs forward only: cannot advance by {seconds} s")
        with self._lock:
            self._now += seconds


class WallClock:
    """Tell the time of the wall, for benches that are reached over a socket."""

    def now(self) -> float:
        """Return the monotonic time in s."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait for ``seconds``."""
        if seconds > 0:
            time.sleep(seconds)
