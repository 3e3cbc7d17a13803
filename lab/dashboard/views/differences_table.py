"""What chosen runs were measured with, side by side: what differs, or everything."""

from collections.abc import Sequence

from nado_lab.lab.dashboard.models.catalogue import Entry
from nado_lab.lab.dashboard.models.fields import differences
from nado_lab.lab.dashboard.views.hints import Hint
from nado_lab.lab.dashboard.views.widgets import fill, headers, row, table
from PyQt6.QtWidgets import QCheckBox, QHeaderView, QVBoxLayout, QWidget


class DifferencesTable(QWidget):
    """One column an entry, one row a field or parameter."""

    def __init__(self) -> None:
        super().__init__()
        self.only = QCheckBox("only what differs")
        self.only.setChecked(True)
        self.only.toggled.connect(lambda _: self._show())
        self.table = table([""])
        Hint(self.table, "Mark two runs or more (Ctrl and click): what they differ in stands here.")
        self._entries: list[Entry] = []
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.addLayout(row(self.only, None))
        layout.addWidget(self.table, 1)

    def show_entries(self, entries: Sequence[Entry]) -> None:
        """Compare entries; of one there is nothing to compare, unless everything is asked for."""
        self._entries = list(entries)
        self._show()

    def _show(self) -> None:
        only = self.only.isChecked()
        rows = differences(self._entries, only) if len(self._entries) > 1 or not only else []
        self.table.setColumnCount(1 + len(self._entries))
        self.table.setHorizontalHeaderLabels(["", *(entry.short_name for entry in self._entries)])
        fill(self.table, [[name, *texts] for name, texts in rows])
        header = headers(self.table)[1]
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setStretchLastSection(True)
