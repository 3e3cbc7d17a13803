"""A thread that flushes rows which have waited long enough, also while nothing new comes."""

import threading
import weakref
from typing import Protocol


class Flushable(Protocol):
    """What can be told that time has passed."""

    def tick(self) -> None:
        """Flush what is due."""
        ...


def start_ticker(target: Flushable, period_s: float) -> threading.Event:
    """Call `target.tick()` every period until the event that is returned is set, or the target is gone."""
    stop = threading.Event()
    thread = threading.Thread(
        target=_tick, args=(weakref.ref(target), period_s, stop), name="nado-flush", daemon=True
    )
    thread.start()
    return stop


def _tick(target: "weakref.ref[Flushable]", period_s: float, stop: threading.Event) -> None:
    while not stop.wait(period_s):
        found = target()
        if found is None:
            return
        found.tick()
        del found
