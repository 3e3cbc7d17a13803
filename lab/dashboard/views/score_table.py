"""Twins or networks line by line; a click chooses one."""

from collections.abc import Sequence
from pathlib import Path

from nado_lab.lab.dashboard.models.scores import Line
from nado_lab.lab.dashboard.views.hints import Hint
from nado_lab.lab.dashboard.views.widgets import fill, headers, table
from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QHeaderView, QVBoxLayout, QWidget


class ScoreTable(QWidget):
    """Show lines; `chosen` tells the path of the one that was clicked."""

    chosen = pyqtSignal(object)

    def __init__(self, headings: Sequence[str], hint: str) -> None:
        super().__init__()
        self.table = table(headings)
        header = headers(self.table)[1]
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
        Hint(self.table, hint)
        self._lines: list[Line] = []
        self.table.cellClicked.connect(lambda line, _: self.chosen.emit(self._lines[line].path))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.table)

    def show_lines(self, lines: Sequence[Line]) -> None:
        """Show other lines; the marked one stays so where it is still there."""
        marked = (
            self._lines[self.table.currentRow()].path
            if 0 <= self.table.currentRow() < len(self._lines)
            else None
        )
        self._lines = list(lines)
        fill(self.table, [line.texts for line in self._lines])
        self.mark(marked)

    def mark(self, path: Path | None) -> None:
        """Mark the line of an entry."""
        places = [place for place, line in enumerate(self._lines) if line.path == path]
        self.table.setCurrentCell(places[0] if places else -1, 0)
