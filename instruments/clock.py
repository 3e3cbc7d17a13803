"""The clock by which drivers and setups wait; a simulated bench brings its own."""

import time
from typing import Protocol


class Clock(Protocol):
    """A time in s and a way to wait for it."""

    def now(self) -> float: ...

    def sleep(self, seconds: float) -> None: ...


class WallClock:
    """The time of the wall."""

    def now(self) -> float:
        """Return the monotonic time in s."""
        return time.monotonic()

    def sleep(self, seconds: float) -> None:
        """Wait for ``seconds``."""
        if seconds > 0:
            time.sleep(seconds)
