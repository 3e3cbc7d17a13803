"""When data come: a bench that plays bursts is silent for the length of one, and that is no fault."""

from collections import deque

TOGETHER_S = 0.5
"""Rows that follow each other sooner belong to one burst."""
SEEN = 5


class Pace:
    """Note when bursts of rows arrive, and expect the next one as long after as those before it."""

    def __init__(self, began: float) -> None:
        self._last, self._burst, self._rows = began, began, 0
        self._gaps: deque[float] = deque(maxlen=SEEN)

    def arrived(self, at: float) -> None:
        """Take note of a row."""
        if at - self._last > TOGETHER_S or not self._rows:
            self._gaps.append(at - self._burst)
            self._burst = at
        self._last = at
        self._rows += 1

    def text(self, now: float) -> str:
        """Say when data are expected; nothing while they come all the time."""
        silent = now - self._last
        if silent < TOGETHER_S:
            return ""
        if not self._rows:
            return f"no data yet, for {silent:.0f} s"
        left = sorted(self._gaps)[len(self._gaps) // 2] - (now - self._burst)
        return f"next data in {left:.0f} s" if left >= 0 else f"no data for {silent:.0f} s"
