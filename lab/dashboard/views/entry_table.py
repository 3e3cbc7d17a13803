"""A table of runs, twins and networks that costs only the rows in view, however many there are."""

from collections.abc import Sequence
from pathlib import Path

from nado_lab.lab.dashboard.models.catalogue import INTERRUPTED, UNREADABLE, Entry
from nado_lab.lab.dashboard.views.theme import worn
from nado_lab.lab.dashboard.views.widgets import headers
from PyQt6.QtCore import QAbstractTableModel, QItemSelection, QItemSelectionModel, QModelIndex, Qt
from PyQt6.QtGui import QColor
from PyQt6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

# heading -> width in pixels; the name takes the room that is left
COLUMNS = {"kind": 58, "name": 0, "status": 76, "started": 134, "protocol": 90, "rows": 50}
BAD = ("failed", INTERRUPTED, UNREADABLE, "aborted")
DISPLAY, TIP, FOREGROUND = (
    Qt.ItemDataRole.DisplayRole,
    Qt.ItemDataRole.ToolTipRole,
    Qt.ItemDataRole.ForegroundRole,
)


class _Rows(QAbstractTableModel):
    """Give Qt the cells that it asks for."""

    def __init__(self) -> None:
        super().__init__()
        self.entries: list[Entry] = []

    def replace(self, entries: list[Entry]) -> None:
        """Show other entries."""
        self.beginResetModel()
        self.entries = entries
        self.endResetModel()

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008 - as Qt has it
        return 0 if parent.isValid() else len(self.entries)

    def columnCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008
        return len(COLUMNS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = DISPLAY) -> str | None:
        if orientation == Qt.Orientation.Horizontal and role == DISPLAY:
            return list(COLUMNS)[section]
        return None

    def data(self, index: QModelIndex, role: int = DISPLAY) -> str | QColor | None:
        entry, column = self.entries[index.row()], index.column()
        if role == DISPLAY:
            return _cells(entry)[column]
        if role == TIP:
            return f"{entry.path}\n{entry.setup} {entry.sample}".rstrip()
        if role == FOREGROUND and column == 2 and entry.status in BAD:
            return QColor(worn().bad)
        if role == FOREGROUND and column == 2 and entry.status == "running":
            return QColor(worn().good)
        return None


class EntryTable(QTableView):
    """Show entries; remember by their paths which are marked."""

    def __init__(self) -> None:
        super().__init__()
        self._rows = _Rows()
        self.setModel(self._rows)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setAlternatingRowColors(True)
        self.setShowGrid(False)
        self.setWordWrap(False)
        vertical, horizontal = headers(self)
        vertical.hide()
        vertical.setDefaultSectionSize(21)
        horizontal.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
        horizontal.setMinimumSectionSize(30)
        horizontal.setHighlightSections(False)
        for index, width in enumerate(COLUMNS.values()):
            if width:
                self.setColumnWidth(index, width)
            else:
                horizontal.setSectionResizeMode(index, QHeaderView.ResizeMode.Stretch)

    @property
    def entries(self) -> list[Entry]:
        """Give the entries shown."""
        return self._rows.entries

    def show_entries(self, entries: list[Entry]) -> None:
        """Show other entries; those that were marked stay so where they are still there."""
        kept = [entry.path for entry in self.marked()]
        self._rows.replace(entries)
        if kept:
            self.select(kept)

    def marked(self) -> list[Entry]:
        """Give the marked entries, in the order of the table."""
        selection = self.selectionModel()
        rows = sorted(index.row() for index in selection.selectedRows()) if selection else []
        return [self.entries[row] for row in rows]

    def select(self, paths: Sequence[Path]) -> None:
        """Mark these entries only."""
        wanted, chosen = set(paths), QItemSelection()
        for row, entry in enumerate(self.entries):
            if entry.path in wanted:
                chosen.select(self._rows.index(row, 0), self._rows.index(row, len(COLUMNS) - 1))
        if selection := self.selectionModel():
            selection.select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)


def _cells(entry: Entry) -> tuple[str, ...]:
    rows = "" if entry.rows is None else str(entry.rows)
    return entry.kind, entry.short_name, entry.status, entry.started, entry.protocol, rows
