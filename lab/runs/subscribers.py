"""Who looks on while a run is measured: fed from memory, and unable to harm it."""

import logging
from collections.abc import Callable, Iterable
from typing import Any

Progress = Callable[[int, int], None]
Subscriber = Callable[[str, dict[str, Any]], None]

_log = logging.getLogger(__name__)


class Subscribers:
    """Pass every row on to all subscribers; one who fails hears no more, and the run goes on."""

    def __init__(self, subscribers: Iterable[Subscriber], progress: Progress | None) -> None:
        self._subscribers = list(subscribers)
        self._progress = progress

    def show(self, stream: str, row: dict[str, Any]) -> None:
        """Hand a row to every subscriber."""
        for subscriber in tuple(self._subscribers):
            if not _works(subscriber, stream, row):
                self._subscribers.remove(subscriber)

    def count(self, done: int, total: int) -> None:
        """Say how many rows of how many there are."""
        if self._progress and not _works(self._progress, done, total):
            self._progress = None


def _works(call: Callable[..., Any], *arguments: Any) -> bool:
    try:
        call(*arguments)
    except Exception:  # noqa: BLE001  (a window, a plot: nothing that a measurement should die of)
        _log.exception("a subscriber of the run failed and hears no more of it")
        return False
    return True
