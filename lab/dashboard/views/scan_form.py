"""A scan: for each parameter of some, start, stop and step; the first is the outermost."""

from pathlib import Path

from nado_lab.lab.dashboard.views.widgets import button, headers, label, row, tell
from nado_lab.lab.errors import LabError
from nado_lab.lab.workflow.scan import Axis, Scan
from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QGroupBox,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
)

HEADINGS, NUMBERS = ("parameter", "start", "stop", "step"), (1, 2, 3)
ROW_PX, MOST_ROWS = 26, 3
FILES = "Scan (*.scan.json)"


class ScanForm(QGroupBox):
    """Ticked: one run for each point. Its parameters go before those of the form."""

    changed = pyqtSignal()

    def __init__(self) -> None:
        super().__init__("Scan: one run for each value")
        self.setCheckable(True)
        self.setChecked(False)
        self._parameters: list[str] = []
        self.table, self.said = QTableWidget(0, len(HEADINGS)), label("", "faint")
        self.table.setHorizontalHeaderLabels(list(HEADINGS))
        vertical, header = headers(self.table)
        vertical.hide()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        self.table.setFixedHeight(ROW_PX * (MOST_ROWS + 1))
        self.table.itemChanged.connect(lambda _: self._tell())
        self.toggled.connect(lambda on: self._toggle(on))
        buttons = (
            button("Add", self.add_axis, "Another parameter, nested in those above"),
            button("Remove", self._remove, "Take the marked (or the last) parameter out"),
            button("Load …", self._load, "Read a scan from a file"),
            button("Save …", self._save, "Keep this scan in a file"),
        )
        layout = QVBoxLayout(self)
        layout.addWidget(self.table)
        layout.addLayout(row(*buttons, None))
        layout.addWidget(self.said)
        self._inside = [self.table, self.said, *buttons]
        self._toggle(False)

    def offer(self, parameters: list[str]) -> None:
        """Offer the parameters of another protocol; axes of parameters that it has not are taken out."""
        try:
            axes = [axis for axis in self._axes() if axis.parameter in parameters]
        except LabError:  # half typed, for another protocol
            axes = []
        self._parameters = parameters
        self.show_scan(Scan(tuple(axes)))

    def points(self) -> list[dict[str, float | int]]:
        """Give the parameters of each run; of no scan one point that changes nothing."""
        return self.scan().points() if self.isChecked() else [{}]

    def scan(self) -> Scan:
        """Give what was typed."""
        return Scan(tuple(self._axes()))

    def show_scan(self, scan: Scan) -> None:
        """Fill it in."""
        self.table.setRowCount(0)
        for axis in scan.axes:
            self.add_axis(axis)
        self._tell()

    def add_axis(self, axis: Axis | None = None) -> None:
        """Add a line, filled in or empty."""
        line, box = self.table.rowCount(), QComboBox()
        self.table.insertRow(line)
        self.table.setRowHeight(line, ROW_PX)
        box.addItems(self._parameters)
        self.table.setCellWidget(line, 0, box)
        given = (axis.start, axis.stop, axis.step) if axis else ()
        for place, value in zip(NUMBERS, given, strict=False):
            self.table.setItem(line, place, QTableWidgetItem(f"{value:.12g}"))
        if axis is not None:
            box.setCurrentText(axis.parameter)
        box.currentTextChanged.connect(lambda _: self._tell())

    def _axes(self) -> list[Axis]:
        return [
            self._axis(line) for line in range(self.table.rowCount()) if self._texts(line) != ["", "", ""]
        ]

    def _axis(self, line: int) -> Axis:
        box = self.table.cellWidget(line, 0)
        parameter, texts = box.currentText() if isinstance(box, QComboBox) else "", self._texts(line)
        try:
            start, stop, step = (float(text) for text in texts)
        except ValueError:
            told = ", ".join(text or "nothing" for text in texts)
            raise LabError(
                f"scan of {parameter}: expected start, stop and step as numbers, not {told}"
            ) from None
        return Axis(parameter, start, stop, step)

    def _texts(self, line: int) -> list[str]:
        items = [self.table.item(line, place) for place in NUMBERS]
        return [item.text().strip() if item is not None else "" for item in items]

    def _tell(self) -> None:
        try:
            count = len(self.scan().points())
            self.said.setText(
                ""
                if not self.table.rowCount()
                else f"{count} run{'s' * (count != 1)}, the last parameter fastest"
            )
        except LabError as error:
            self.said.setText(str(error))
        self.changed.emit()

    def _toggle(self, on: bool) -> None:
        for each in self._inside:
            each.setVisible(on)
        if on and not self.table.rowCount():
            self.add_axis()
        self.changed.emit()

    def _remove(self) -> None:
        line = self.table.currentRow() if self.table.currentRow() >= 0 else self.table.rowCount() - 1
        self.table.removeRow(line)
        self._tell()

    def _load(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Scan", "", FILES)
        if path:
            self.read(Path(path))

    def read(self, path: Path) -> None:
        """Show the scan of a file; say what is wrong with it."""
        try:
            scan = Scan.read(path)
            if unknown := [axis.parameter for axis in scan.axes if axis.parameter not in self._parameters]:
                raise LabError(f"{path.name} scans {', '.join(unknown)}, which this protocol has not")
        except LabError as error:
            tell(self, "Scan", str(error))
            return
        self.show_scan(scan)

    def _save(self) -> None:
        path, _ = QFileDialog.getSaveFileName(self, "Scan", "x.scan.json", FILES)
        if path:
            try:
                self.scan().write(Path(path))
            except (LabError, OSError) as error:
                tell(self, "Scan", str(error))
