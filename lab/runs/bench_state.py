"""What is known of a bench's safety, from whom and since when: one state machine for all who show it.

Nothing is assumed. A bench counts as safe only while the last thing that is known of it is a shutdown that
its instruments acknowledged, by this program or by the safety supervisor (docs/safety.md has the table).
"""

import threading
import time
import weakref
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from nado_lab.lab.json_file import JsonObject
from pydantic import BaseModel, ValidationError

SAFE_WORDS = "field at zero, sources off"
"""What being safe means where a setup's family does not say."""


class Condition(StrEnum):
    """What is known of a bench."""

    ABSENT = "not connected"
    IDLE = "not driven"
    DRIVING = "driving"
    HELD = "held"
    SAFE = "safe"
    UNKNOWN = "unknown"


class Source(StrEnum):
    """Who knows."""

    NOBODY = "nobody"
    COMMAND = "acknowledged command"
    SUPERVISOR = "supervisor"
    PROCESS = "the process that measures"


@dataclass(frozen=True)
class BenchState:
    """A condition, and `at` (seconds since 1970) when it was learned from whom.

    `up_to` is the largest drive with its unit (while driving), `safe_state` the family's words for that,
    `why` what keeps anybody from knowing. `reading` with `read_at` is the last reading of this condition.
    """

    condition: Condition = Condition.ABSENT
    at: float = 0.0
    source: Source = Source.NOBODY
    up_to: str = ""
    safe_state: str = SAFE_WORDS
    why: str = ""
    reading: str = ""
    read_at: float = 0.0

    @property
    def is_safe(self) -> bool:
        """Say whether the bench is known to be at its safe state."""
        return self.condition in (Condition.HELD, Condition.SAFE)

    def text(self) -> str:
        """Say in one line what is known, with the time from which it is known."""
        by = {Source.SUPERVISOR: " by the safety supervisor", Source.PROCESS: " by another process"}
        who = by.get(self.source, "")
        return {
            Condition.ABSENT: "no bench is connected",
            Condition.IDLE: f"not driven by this program since {clock(self.at)}",
            Condition.DRIVING: f"driving {self.up_to or 'within its limits'} since {clock(self.at)}{who}",
            Condition.HELD: f"held at {self.safe_state} since {clock(self.at)}",
            Condition.SAFE: f"{self.safe_state}: confirmed{who} at {clock(self.at)}",
            Condition.UNKNOWN: f"UNKNOWN whether the bench is safe: {self.why}",
        }[self.condition]

    def read_ago(self, now: float) -> str:
        """Say how old the last reading is; nothing where none was taken in this condition."""
        return f"read {age(now - self.read_at)} ago" if self.reading else ""

    def to_json(self) -> JsonObject:
        """Give what a run keeps among its attributes."""
        at = datetime.fromtimestamp(self.at).astimezone().isoformat(timespec="seconds")
        found = {"condition": self.condition.value, "at": at, "source": self.source.value}
        told = {"safe_state": self.safe_state} if self.is_safe else {"why": self.why, "up_to": self.up_to}
        return found | {name: value for name, value in told.items() if value} | {"text": self.text()}

    @classmethod
    def from_json(cls, found: object) -> "BenchState":
        """Read what a run keeps; of anything else nothing is known."""
        try:
            kept = _Kept.model_validate(found)
        except ValidationError:
            return cls().lost(0.0, "the run does not say how it left the bench")
        return cls(kept.condition, kept.at.timestamp(), kept.source, kept.up_to, kept.safe_state, kept.why)

    # -- what can happen; each gives the state that it leads to ------------------------------

    def opened(self, at: float, safe_state: str = "") -> "BenchState":
        """Somebody connected: nothing has been sent."""
        return BenchState(Condition.IDLE, at, Source.NOBODY, "", safe_state or SAFE_WORDS, "")

    def driven(self, at: float, up_to: str = "") -> "BenchState":
        """A drive is about to be played: from here on the bench may be on."""
        return self._now(Condition.DRIVING, at, Source.COMMAND, up_to=up_to)

    def read(self, at: float, reading: str) -> "BenchState":
        """A reading came; it is shown with its age and changes nothing else."""
        return replace(self, reading=reading, read_at=at)

    def shut_down(
        self, at: float, left: tuple[str, ...] = (), source: Source = Source.COMMAND
    ) -> "BenchState":
        """Everything was told to go to its safe state; `left` names what did not acknowledge it."""
        if left:
            return self.lost(at, "; ".join(left))
        return self._now(Condition.SAFE, at, source)

    def held(self, at: float) -> "BenchState":
        """A pause begins: a bench that was just shut down is held so."""
        return self._now(Condition.HELD, at, self.source) if self.is_safe else self

    def lost(self, at: float, why: str) -> "BenchState":
        """Nobody knows any more."""
        return self._now(Condition.UNKNOWN, at, Source.NOBODY, why=why)

    def closed(self, at: float) -> "BenchState":
        """The connection was closed: what was confirmed stays confirmed at its time, all else is unknown."""
        if self.condition in (Condition.SAFE, Condition.UNKNOWN, Condition.ABSENT):
            return replace(self, reading="", read_at=0.0)
        return self.lost(at, "it was disconnected without a confirmed shutdown")

    def _now(
        self, condition: Condition, at: float, source: Source, up_to: str = "", why: str = ""
    ) -> "BenchState":
        """Give another condition; a reading of the one before says nothing about it."""
        return BenchState(condition, at, source, up_to, self.safe_state, why)


class _Kept(BaseModel):
    """What a run keeps of a state."""

    condition: Condition
    at: datetime
    source: Source
    up_to: str = ""
    safe_state: str = SAFE_WORDS
    why: str = ""


class BenchWatch:
    """The state of one bench as it changes; from any thread. Listeners hear of every change, in order."""

    def __init__(self, state: BenchState | None = None) -> None:
        self._lock = threading.RLock()
        self._state = state or BenchState()
        self._listeners: list[Callable[[BenchState], None]] = []

    @property
    def state(self) -> BenchState:
        """Give what is known now."""
        return self._state

    def listen(self, call: Callable[[BenchState], None]) -> None:
        """Have `call(state)` made at once, and at every change."""
        with self._lock:
            self._listeners.append(call)
            call(self._state)

    def take(self, change: Callable[[BenchState, float], BenchState]) -> BenchState:
        """Take note of what happened now: `change(state, time)` gives the state it leads to."""
        with self._lock:
            self._state = change(self._state, time.time())
            for call in self._listeners:
                call(self._state)
            return self._state


_watches: "weakref.WeakKeyDictionary[object, BenchWatch]" = weakref.WeakKeyDictionary()
_lock = threading.Lock()


def watch_of(setup: object) -> BenchWatch:
    """Give the one watch of an open setup; it begins with a bench that was just opened."""
    with _lock:
        if setup not in _watches:
            words = str(getattr(getattr(setup, "config", None), "safe_state", ""))
            _watches[setup] = BenchWatch(BenchState().opened(time.time(), words))
        return _watches[setup]


def clock(at: float) -> str:
    """Write a time of day, here."""
    return f"{datetime.fromtimestamp(at):%H:%M:%S}"


def age(seconds: float) -> str:
    """Write an age as a person would say it."""
    whole = max(0, round(seconds))
    if whole < 90:
        return f"{whole} s"
    return f"{whole // 60} min" if whole < 5400 else f"{whole / 3600:.1f} h"
