"""A text that comes and goes without moving anything beside it: its room is always there."""

from __future__ import annotations

from nado_lab.lab.dashboard.views.as_text import as_hint
from PyQt6.QtCore import QRect, Qt
from PyQt6.QtGui import QResizeEvent
from PyQt6.QtWidgets import QLabel, QSizePolicy

MORE = " …"


class Message(QLabel):
    """Show what fits into so many lines; the whole text stands in the tool tip. Nothing in it is markup."""

    def __init__(self, text: str = "", lines: int = 1, role: str = "faint") -> None:
        super().__init__()
        self._whole, self._lines = "", lines
        self.setProperty("role", role)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(lines > 1)
        self.setAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.setFixedHeight(lines * self.fontMetrics().lineSpacing() + 2)
        self.setText(text)

    def text(self) -> str:
        """Give the whole text."""
        return self._whole

    def setText(self, a0: str | None) -> None:
        """Show another text."""
        self._whole = a0 or ""
        self._show()

    def resizeEvent(self, a0: QResizeEvent | None) -> None:
        """Show what fits now."""
        super().resizeEvent(a0)
        self._show()

    def _show(self) -> None:
        shown = self._fitting()
        super().setText(shown)
        self.setToolTip(as_hint(self._whole) if shown != self._whole else "")

    def _fitting(self) -> str:
        """Give as much of the text as there is room for, by halving."""
        if self.width() <= 0 or self._fits(self._whole):
            return self._whole
        low, high = 0, len(self._whole)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._fits(self._whole[:middle] + MORE) else (low, middle)
        return self._whole[:low].rstrip() + MORE

    def _fits(self, text: str) -> bool:
        room = QRect(0, 0, self.width(), 10_000)
        flags = Qt.TextFlag.TextWordWrap if self._lines > 1 else Qt.TextFlag.TextSingleLine
        needed = self.fontMetrics().boundingRect(room, int(flags), text)
        return needed.height() <= self.height() and needed.width() <= self.width()
