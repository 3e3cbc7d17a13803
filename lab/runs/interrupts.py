"""Ctrl-C and termination: ask a run to stop first, and never interrupt making the hardware safe."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType

_STOP_SIGNALS = [
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)
]


class StopRequest:
    """A wish to stop (or to pause) that may come from a signal, a dashboard or a limit, with its reason."""

    def __init__(self) -> None:
        self._event = threading.Event()
        self.reason = ""
        self.by_signal = False
        self.paused = False

    def __call__(self) -> bool:
        """Say whether to stop."""
        return self._event.is_set()

    def stop(self, reason: str) -> None:
        """Ask to stop; the first reason counts."""
        if not self._event.is_set():
            self.reason = reason
            self._event.set()

    def pause(self) -> None:
        """Hold after the next row with the field at zero; `go_on` continues the same run."""
        self.paused = True

    def go_on(self) -> None:
        """End a pause."""
        self.paused = False


@contextmanager
def stop_on_signals(stop: StopRequest) -> Iterator[None]:
    """Let the first Ctrl-C (or termination) ask for a stop, and a second one interrupt at once."""

    def handle(number: int, _frame: FrameType | None) -> None:
        if stop.by_signal:
            raise KeyboardInterrupt
        stop.by_signal = True
        stop.stop("Ctrl-C" if number == signal.SIGINT else f"the program got {signal.Signals(number).name}")

    with _handlers(handle):
        yield


@contextmanager
def shielded() -> Iterator[None]:
    """Let nothing interrupt the block: the hardware is being made safe, the run being closed."""
    with _handlers(signal.SIG_IGN):
        yield


@contextmanager
def _handlers(handler: Callable[[int, FrameType | None], None] | signal.Handlers) -> Iterator[None]:
    """Set the stop signals' handlers for a while; only the main thread may."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = {number: signal.signal(number, handler) for number in _STOP_SIGNALS}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)
