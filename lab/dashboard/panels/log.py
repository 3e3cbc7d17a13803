"""What happened, line by line; errors say what to do."""

import logging
import time
from collections import deque

from nado_lab.lab.dashboard.models.events import (
    BenchSafe,
    BenchStateChanged,
    JobChanged,
    LogLine,
    RunEnded,
    RunStarted,
)
from nado_lab.lab.dashboard.views.as_text import as_html
from nado_lab.lab.dashboard.views.hub import Hub
from nado_lab.lab.dashboard.views.theme import worn
from nado_lab.lab.runs.bench_state import BenchState, Condition
from PyQt6.QtCore import QEvent
from PyQt6.QtGui import QFont
from PyQt6.QtWidgets import QPlainTextEdit

MOST_LINES = 2000
QUIET = ("read", "scan", "look", "load", "choices", "turn", "limits")


class LogPanel(QPlainTextEdit):
    """Show jobs, runs and log records, the newest last."""

    def __init__(self, hub: Hub) -> None:
        super().__init__()
        self._known = Condition.ABSENT
        self._lines: deque[tuple[int, str]] = deque(maxlen=MOST_LINES)
        self.setReadOnly(True)
        self.setMaximumBlockCount(MOST_LINES)
        self.setFont(QFont("monospace", 9))
        hub.listen(LogLine, lambda e: self.write(e.text, e.level))
        hub.listen(JobChanged, self._job)
        hub.listen(RunStarted, self._started)
        hub.listen(RunEnded, lambda e: self.write(f"run {e.path}: {e.status} {e.reason}".rstrip()))
        hub.listen(BenchStateChanged, lambda e: self._state(e.state))
        hub.listen(BenchSafe, lambda e: self.write(f"{e.how} after {e.took_s:.2f} s; {e.text}"))

    def write(self, text: str, level: int = logging.INFO) -> None:
        """Append one line with the time of day."""
        self._lines.append((level, _escape(f"{time.strftime('%H:%M:%S')}  {text}")))
        self._append(*self._lines[-1])

    def changeEvent(self, e: QEvent | None) -> None:
        """Write all lines again in the colours of another theme."""
        super().changeEvent(e)
        if e is not None and e.type() == QEvent.Type.PaletteChange and hasattr(self, "_lines"):
            self.clear()
            for level, line in self._lines:
                self._append(level, line)

    def _append(self, level: int, line: str) -> None:
        weight = "; font-weight:600" if level >= logging.ERROR else ""
        told = f'<span style="color:{worn().bad}{weight}">{line}</span>'
        self.appendHtml(told if level >= logging.WARNING else line)

    def _state(self, state: BenchState) -> None:
        """Note changes of the bench's condition, not every reading."""
        if state.condition is not self._known:
            self._known = state.condition
            alarming = state.condition is Condition.UNKNOWN
            self.write(state.text(), logging.WARNING if alarming else logging.INFO)

    def _started(self, event: RunStarted) -> None:
        if event.path:
            self.write(f"run {event.path}: {event.protocol}, {event.rows} trials")

    def _job(self, event: JobChanged) -> None:
        if event.kind in QUIET or event.state == "failed" or 0 < event.fraction < 1:
            return
        if event.state != "running" or not event.text:
            self.write(f"{event.label}: {event.state} {event.text}".rstrip())


def _escape(text: str) -> str:
    return as_html(text).replace("\n", "<br>").replace("  ", "&nbsp; ")
