"""A table of runs, twins and networks that costs only the rows in view, however many there are."""

from collections.abc import Sequence
from pathlib import Path

from nado_lab.lab.dashboard.models.catalogue import INTERRUPTED, UNREADABLE, Entry
from nado_lab.lab.dashboard.models.fields import FIRST_SHOWN, Field, field_named, sorted_by
from nado_lab.lab.dashboard.views.as_text import as_hint
from nado_lab.lab.dashboard.views.theme import worn
from nado_lab.lab.dashboard.views.widgets import headers
from PyQt6.QtCore import QAbstractTableModel, QItemSelection, QItemSelectionModel, QModelIndex, Qt, pyqtSignal
from PyQt6.QtGui import QColor
from PyQt6.QtWidgets import QAbstractItemView, QHeaderView, QTableView

LEAST_NAME = 150
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
        self.fields: list[Field] = [field_named(name) for name in FIRST_SHOWN]

    def replace(self, entries: list[Entry], fields: list[Field] | None = None) -> None:
        """Show other entries, perhaps by other columns."""
        self.beginResetModel()
        self.entries, self.fields = entries, fields or self.fields
        self.endResetModel()

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008 - as Qt has it
        return 0 if parent.isValid() else len(self.entries)

    def columnCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008
        return len(self.fields)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = DISPLAY) -> str | None:
        if orientation == Qt.Orientation.Horizontal and role == DISPLAY:
            return self.fields[section].name
        return None

    def data(self, index: QModelIndex, role: int = DISPLAY) -> str | QColor | None:
        entry, field = self.entries[index.row()], self.fields[index.column()]
        if role == DISPLAY:
            return field.text(entry)
        if role == TIP:
            return as_hint(
                "\n".join(
                    filter(None, (str(entry.path), f"{entry.setup} {entry.sample}".strip(), *entry.remarks))
                )
            )
        if role == FOREGROUND:
            return _colour(entry, field)
        return None


class EntryTable(QTableView):
    """Show entries; remember by their paths which are marked."""

    sorting_changed = pyqtSignal()

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
        horizontal.setSectionsClickable(True)
        horizontal.setStretchLastSection(True)
        horizontal.setSortIndicatorShown(True)
        horizontal.setSortIndicatorClearable(False)
        self._sorted, self._descending = "started", True
        self._show_sorting()
        horizontal.sortIndicatorChanged.connect(self._sort)
        self._set_widths()

    @property
    def columns(self) -> list[str]:
        """Name the columns shown."""
        return [field.name for field in self._rows.fields]

    def set_columns(self, names: Sequence[str]) -> None:
        """Show other columns: fields, or parameters by name."""
        kept = [entry.path for entry in self.marked()]
        self._rows.replace(self.entries, [field_named(name) for name in names])
        self._set_widths()
        self._show_sorting()
        self.select(kept)

    def sort(self, name: str, descending: bool) -> None:
        """Choose the column to sort by; whoever shows entries brings them `in_order`."""
        self._sorted, self._descending = name, descending
        self._show_sorting()
        self.sorting_changed.emit()

    def in_order(self, entries: Sequence[Entry]) -> list[Entry]:
        """Sort entries by the column that was chosen."""
        return sorted_by(entries, self._sorted, self._descending)

    def _sort(self, section: int, order: Qt.SortOrder) -> None:
        descending = order == Qt.SortOrder.DescendingOrder
        if 0 <= section < len(self.columns) and (self.columns[section], descending) != (
            self._sorted,
            self._descending,
        ):
            self.sort(self.columns[section], descending)

    def _show_sorting(self) -> None:
        order = Qt.SortOrder.DescendingOrder if self._descending else Qt.SortOrder.AscendingOrder
        section = self.columns.index(self._sorted) if self._sorted in self.columns else -1
        header = headers(self)[1]
        header.blockSignals(True)
        header.setSortIndicator(section, order)
        header.blockSignals(False)

    def _set_widths(self) -> None:
        header = headers(self)[1]
        for index, field in enumerate(self._rows.fields):
            header.setSectionResizeMode(index, QHeaderView.ResizeMode.Interactive)
            self.setColumnWidth(index, field.width or LEAST_NAME)

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
                chosen.select(self._rows.index(row, 0), self._rows.index(row, len(self.columns) - 1))
        if selection := self.selectionModel():
            selection.select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)


def _colour(entry: Entry, field: Field) -> QColor | None:
    """Colour a status that a person should look at."""
    if field.name != "status":
        return None
    if entry.status in BAD:
        return QColor(worn().bad)
    return QColor(worn().good) if entry.status == "running" else None
