"""The one state of safety that the window shows: of the open setup, and of what another process drives."""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Protocol

from nado_lab.lab.dashboard.models.events import BenchStateChanged, Post
from nado_lab.lab.runs.bench_state import BenchState, Condition, watch_of

if TYPE_CHECKING:
    from nado_lab.instruments.setups.setup import Setup

log = logging.getLogger(__name__)
_WORST_FIRST = (
    Condition.UNKNOWN,
    Condition.DRIVING,
    Condition.HELD,
    Condition.SAFE,
    Condition.IDLE,
    Condition.ABSENT,
)


class Elsewhere(Protocol):
    """A process that drives a bench: who waits for it, and what it said of the bench's safety."""

    def wait(self, seconds: float) -> bool:
        """Wait until it has left the bench; false if it has not in time."""
        ...

    def last_word(self) -> BenchState:
        """Say what is known of its bench."""
        ...


class Safety:
    """Keep what is known of both benches, and post what is to be shown whenever that changes."""

    def __init__(self, post: Post) -> None:
        self._post, self._lock = post, threading.RLock()
        self._own: BenchState | None = None
        self._is_open = False
        self._theirs: BenchState | None = None
        self._shown = BenchState()

    @property
    def state(self) -> BenchState:
        """Give what is shown: of two benches that which one should worry about more."""
        return self._shown

    def opened(self, setup: Setup, before: BenchState | None = None) -> None:
        """Follow what becomes known of an open setup; `before` is what is known of it already."""
        watch = watch_of(setup)
        if before is not None:
            watch.take(lambda state, at: before)
        with self._lock:
            self._theirs, self._is_open = None, True
        watch.listen(self._hear)

    def closed(self, setup: Setup) -> None:
        """Take note that a setup was left and closed; leaving it shuts it down unless that failed before."""
        self._is_open = False
        watch_of(setup).take(BenchState.closed)

    def shut_down(self, setup: Setup) -> None:
        """Shut a setup down, and say loudly what may still be on."""
        try:
            left = tuple(map(str, setup.shutdown()))
        except Exception as error:  # noqa: BLE001  (whatever it is, the bench may still be on)
            left = (str(error),)
        watch_of(setup).take(lambda state, at: state.shut_down(at, left))
        if left:
            log.critical("the bench could NOT be made safe: %s. Switch it off by hand.", "; ".join(left))

    def hear_of(self, elsewhere: Elsewhere | None) -> BenchState:
        """Take what another process says of its bench (None: nobody else is listened to any more)."""
        return self.hear(None if elsewhere is None else elsewhere.last_word())

    def hear(self, theirs: BenchState | None) -> BenchState:
        """Take what is known of the bench of another process."""
        with self._lock:
            self._theirs = theirs
            return self._show()

    def see_off(self, elsewhere: Elsewhere, seconds: float) -> None:
        """Wait until a process that was asked to stop has left its bench; until then nothing is known."""
        self.hear(BenchState().lost(time.time(), "the process that drives it was asked to stop"))
        if not elsewhere.wait(seconds):
            log.critical("the process that measures has not left the bench within %g s: end it", seconds)
        state = self.hear_of(elsewhere)
        if not state.is_safe:
            log.critical("%s", state.text())

    def _hear(self, own: BenchState) -> None:
        with self._lock:
            self._own = own
            self._show()

    def _show(self) -> BenchState:
        own = self._own if self._is_open or self._theirs is None else None
        known = [state for state in (self._theirs, own) if state is not None]
        shown = min(known, key=lambda state: _WORST_FIRST.index(state.condition), default=BenchState())
        if shown != self._shown:
            self._shown = shown
            self._post(BenchStateChanged(shown))
        return shown
