"""One call of somebody else's driver against a simulated instrument: how it went, counted and told apart."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any

WORKS, REFUSED, TIMED_OUT, WRONG = "works", "refused", "timed out", "wrong value"
_SETTLE_S = 4e-3
"""A command is sent and not answered: the instrument has read it a moment later."""
OUTCOMES = (WORKS, REFUSED, TIMED_OUT, WRONG)


@dataclass(frozen=True)
class Call:
    """A call: whose driver, which instrument, what was asked, how it went and why."""

    peer: str
    instrument: str
    name: str
    outcome: str
    detail: str = ""
    reason: str = ""
    """Why a call that does not work is right not to: it would not on the instrument either."""


class Tried:
    """Try calls and keep how each went; ``complaints`` empties what the instrument complained of."""

    def __init__(self, peer: str, instrument: str, complaints: Callable[[], list[str]] = list):
        self.peer, self.instrument, self.complaints = peer, instrument, complaints
        self.calls: list[Call] = []

    def note(self, name: str, outcome: str, detail: str = "", reason: str = "") -> None:
        """Keep how a call went."""
        self.calls.append(Call(self.peer, self.instrument, name, outcome, detail[:120], reason))

    def run(
        self, name: str, action: Callable[[], Any], *, expect: Any = None, reason: str = ""
    ) -> tuple[Any, bool]:
        """Call ``action``; return its answer and whether it worked; it should answer ``expect``."""
        self.complaints()
        try:
            answer = action()
            time.sleep(_SETTLE_S)
        except Exception as error:  # noqa: BLE001  (whatever another's driver raises is what is measured)
            said = self.complaints()
            late = "timeout" in f"{type(error).__name__} {error}".lower()
            outcome = REFUSED if said else TIMED_OUT if late else WRONG
            self.note(name, outcome, f"{'; '.join(said)} {type(error).__name__}: {error}".strip(), reason)
            return None, False
        said = self.complaints()
        if said:
            self.note(name, REFUSED, "; ".join(said), reason)
            return answer, False
        if expect is not None and not same(answer, expect):
            self.note(name, WRONG, f"{expect!r} was set, {answer!r} is read", reason)
            return answer, False
        self.note(name, WORKS)
        return answer, True


def same(found: Any, wanted: Any) -> bool:
    """Tell whether a value reads back as what was set: four printed digits of a number are enough."""
    if isinstance(wanted, str | bool):
        return str(found).upper() == str(wanted).upper()
    try:
        return math.isclose(float(found), float(wanted), rel_tol=2e-3, abs_tol=1e-9)
    except (TypeError, ValueError):
        return found == wanted


def table(calls: Iterable[Call]) -> dict[str, dict[str, int | float]]:
    """Count the calls of each driver: tried, by outcome, and the share that works in %."""
    counted: dict[str, dict[str, int | float]] = {}
    for call in calls:
        row = counted.setdefault(
            f"{call.peer} {call.instrument}", dict.fromkeys(("tried", *OUTCOMES, "excused"), 0)
        )
        row["tried"] += 1
        row[call.outcome] += 1
        row["excused"] += bool(call.reason) and call.outcome != WORKS
    for row in counted.values():
        row["works_percent"] = round(100 * row[WORKS] / row["tried"], 1)
    return counted


def told(calls: Iterable[Call]) -> list[dict[str, str]]:
    """Return what did not work, ready for JSON."""
    return [asdict(call) for call in calls if call.outcome != WORKS]
