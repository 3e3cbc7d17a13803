"""Ctrl-C and termination: ask a run to stop first, and never interrupt making the hardware safe."""

import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import FrameType

from nado_lab.observer import StoppedError

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

    def heard(self, number: int) -> None:
        """Take note of a signal that asks to stop."""
        self.by_signal = True
        self.stop("Ctrl-C" if number == signal.SIGINT else f"the program got {signal.Signals(number).name}")

    def check(self) -> None:
        """Begin nothing where somebody wishes to stop: KeyboardInterrupt after a signal, or StoppedError."""
        if self.by_signal:
            raise KeyboardInterrupt
        if self():
            raise StoppedError(f"not begun, as it was to stop: {self.reason}")

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
        stop.heard(number)

    with _handlers(handle):
        yield


@contextmanager
def shielded(stop: StopRequest | None = None) -> Iterator[None]:
    """Let nothing interrupt the block: the hardware is being made safe, the run being closed.

    A signal that comes meanwhile is not lost: after the block `stop` hears of it, or without one the handler
    that was there before. An error of the block counts more than the interruption.
    """
    came: list[int] = []
    try:
        with _handlers(lambda number, _frame: came.append(number)):
            yield
    except BaseException:
        with suppress(KeyboardInterrupt):
            _hand_on(came, stop)
        raise
    _hand_on(came, stop)


def _hand_on(came: list[int], stop: StopRequest | None) -> None:
    """Deliver the first of the signals that came while nothing might interrupt."""
    for number in came[:1]:
        handler = signal.getsignal(number)
        if stop is not None:
            stop.heard(number)
        elif callable(handler):
            handler(number, None)
        else:
            signal.raise_signal(number)


@contextmanager
def _handlers(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
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
