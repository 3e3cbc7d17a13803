"""The queue that carries events from any thread to the window."""

import threading
from collections import deque

from nado_lab.lab.dashboard.models.events import Event, JobChanged, RowArrived


class EventQueue:
    """Carry events from any thread to the window. Rows are dropped, and counted, when nobody looks.

    Of a job's progress only the newest waits. A measurement so never waits for the screen.
    """

    def __init__(self, most_rows: int = 512) -> None:
        self._events: deque[list[Event]] = deque()
        self._lock = threading.Lock()
        self._rows, self._most_rows = 0, most_rows
        self._newest: dict[int, list[Event]] = {}  # job -> the cell of its progress that waits
        self.dropped = 0

    def post(self, event: Event) -> None:
        """Add an event (from any thread)."""
        with self._lock:
            if isinstance(event, RowArrived):
                if self._rows >= self._most_rows:
                    self.dropped += 1
                    return
                self._rows += 1
            cell = [event]
            if isinstance(event, JobChanged) and 0 < event.fraction < 1:
                waiting = self._newest.setdefault(event.job, cell)
                if waiting is not cell:
                    waiting[0] = event
                    return
            self._events.append(cell)

    def take(self) -> Event | None:
        """Remove and give the oldest event, None when there is none."""
        with self._lock:
            if not self._events:
                return None
            (event,) = self._events.popleft()
            if isinstance(event, JobChanged) and 0 < event.fraction < 1:
                del self._newest[event.job]
            self._rows -= isinstance(event, RowArrived)
            return event

    def __len__(self) -> int:
        """Count the events that wait."""
        return len(self._events)
