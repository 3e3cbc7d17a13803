"""Bring events from the queue to the panels, on the window's own clock, a bounded time at once."""

import logging
import time
from collections import defaultdict
from collections.abc import Callable
from typing import TypeVar

from nado_lab.lab.dashboard.models.event_queue import EventQueue
from nado_lab.lab.dashboard.models.events import Event
from PyQt6.QtCore import QObject, QTimer

log = logging.getLogger(__name__)
PERIOD_MS = 25
BUDGET_S = 0.010
Kind = TypeVar("Kind", bound=Event)


class Hub(QObject):
    """Poll the event queue on a timer and call whoever listens to a kind of event; then redraw."""

    def __init__(self, events: EventQueue, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._events = events
        self._listeners: dict[type[Event], list[Callable[..., object]]] = defaultdict(list)
        self._frames: list[Callable[[], None]] = []
        self._timer = QTimer(self)
        self._timer.timeout.connect(self.tick)
        self._timer.start(PERIOD_MS)

    def listen(self, kind: type[Kind], call: Callable[[Kind], object]) -> None:
        """Have `call(event)` made in the GUI thread for every event of this kind."""
        self._listeners[kind].append(call)

    def each_frame(self, call: Callable[[], None]) -> None:
        """Have `call()` made at every tick, after the events."""
        self._frames.append(call)

    def tick(self) -> None:
        """Deliver waiting events for at most BUDGET_S, then let the plots draw."""
        end = time.perf_counter() + BUDGET_S
        while time.perf_counter() < end and (event := self._events.take()) is not None:
            for call in self._listeners[type(event)]:
                _attempt(call, event)
        for frame in self._frames:
            _attempt(frame)

    def stop(self) -> None:
        """Deliver nothing any more."""
        self._timer.stop()


def _attempt(call: Callable[..., object], *arguments: object) -> None:
    """Keep a mistake in one panel from taking the others, and Abort, with it."""
    try:
        call(*arguments)
    except Exception:
        log.exception("a panel could not show what came")
