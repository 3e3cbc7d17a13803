"""What is known of the bench's safety, in the colour that belongs to it, with the age of its last reading."""

import time

from nado_lab.lab.dashboard.views.as_text import as_html
from nado_lab.lab.dashboard.views.theme import worn
from nado_lab.lab.runs.bench_state import BenchState, Condition
from PyQt6.QtCore import QTimer
from PyQt6.QtWidgets import QLabel, QWidget

EVERY_MS = 1000


class SafetyLabel(QLabel):
    """Show one state; the age of what was read grows by itself."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWordWrap(True)
        self.state = BenchState()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._show)
        self._timer.start(EVERY_MS)
        self._show()

    def show_state(self, state: BenchState) -> None:
        """Show another state."""
        self.state = state
        self._show()

    def _show(self) -> None:
        colour = worn().bad if self.state.condition is Condition.UNKNOWN else worn().good
        style = f"color:{colour};" if self.state.is_safe or self.state.condition is Condition.UNKNOWN else ""
        ago = self.state.read_ago(time.time())
        more = f"<br>{ago}" if ago else ""
        self.setText(f'<span style="{style} font-weight:600">{as_html(self.state.text())}</span>{more}')
