"""The runs, twins and networks of the folder: search, look into, compare, export, trace back."""

from pathlib import Path

import numpy as np
import pyqtgraph as pg
from nado_lab.lab.dashboard.models.catalogue import Entry, EntryKind, search, snippet
from nado_lab.lab.dashboard.models.events import CatalogueRead, EntryRead, Finished, RunEnded, RunLoaded
from nado_lab.lab.dashboard.models.lineage import lineage
from nado_lab.lab.dashboard.models.session import Session
from nado_lab.lab.dashboard.views.entry_table import EntryTable
from nado_lab.lab.dashboard.views.hints import Hint
from nado_lab.lab.dashboard.views.hub import Hub
from nado_lab.lab.dashboard.views.legend import legend_above
from nado_lab.lab.dashboard.views.lineage_graph import LineageGraph
from nado_lab.lab.dashboard.views.theme import curve_colour, curve_pen, faded
from nado_lab.lab.dashboard.views.widgets import boxed, button, column, label, plot, row
from pydantic import JsonValue
from PyQt6.QtCore import Qt, pyqtSignal
from PyQt6.QtWidgets import (
    QApplication,
    QComboBox,
    QFileDialog,
    QLineEdit,
    QPlainTextEdit,
    QSplitter,
    QTabWidget,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

MOST_OVERLAID = 10


class BrowserPanel(QWidget):
    """Find what was measured and made."""

    wanted_for_twin = pyqtSignal(list)

    def __init__(self, session: Session, hub: Hub) -> None:
        super().__init__()
        self._session = session
        self.entries: list[Entry] = []
        self._read_before = False
        self.loaded: dict[Path, RunLoaded] = {}
        self.search, self.kind = QLineEdit(), QComboBox()
        self.search.setPlaceholderText("search: words of name, id, status, protocol, sample …")
        self.kind.addItems(["everything", *EntryKind])
        self.list, self.count = EntryTable(), label("", "faint")
        Hint(self.list, "No runs here yet: measure one in Measure. They are listed with twins and networks.")
        self.metadata, self.snippet, self.graph = QTreeWidget(), QPlainTextEdit(), LineageGraph()
        self.metadata.setHeaderLabels(["field", "value"])
        self.channel, self.overlay = QComboBox(), plot("", ("step", ""), ("readout", "V"))
        legend_above(self.overlay, columns=2)
        self.folder = label(str(session.folder), "faint")
        self.refresh_button = button("Refresh", self.rescan, "Read the folder again (F5)")
        self._lay_out()
        self._listen(hub)
        self.rescan()

    def rescan(self) -> None:
        """Read the folder again (in the librarian's thread)."""
        self._session.scan()

    def complete(self) -> None:
        """Queue what is left to measure of the marked run, on the connected bench."""
        for entry in self.marked()[:1]:
            if entry.kind is EntryKind.RUN and entry.status != "complete":
                self._session.queue.complete(entry.path)

    def follow(self) -> None:
        """Look on while another process measures the marked run."""
        for entry in self.marked()[:1]:
            if entry.kind is EntryKind.RUN and entry.status == "running":
                self._session.queue.follow(entry.path)

    def report(self) -> None:
        """Write a page about the marked entry, and open it."""
        for entry in self.marked()[:1]:
            self._session.report(entry.path)

    def marked(self) -> list[Entry]:
        """Give the marked entries, in the order of the table."""
        return self.list.marked()

    @property
    def shown(self) -> list[Entry]:
        """Give the entries that the search leaves."""
        return self.list.entries

    def select(self, *paths: Path) -> None:
        """Mark entries by path."""
        self.list.select(paths)

    def _lay_out(self) -> None:
        overlay = column()
        overlay.addLayout(row(label("channel"), self.channel, None))
        overlay.addWidget(self.overlay, 1)
        copy = column(self.snippet)
        copy.addLayout(row(button("Copy", self._copy, "Copy these lines"), None))
        self.snippet.setReadOnly(True)
        self.snippet.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.tabs = QTabWidget()
        for name, page in (
            ("Overlay", boxed(overlay)),
            ("Metadata", self.metadata),
            ("Lineage", self.graph),
            ("Open in Python", boxed(copy)),
        ):
            self.tabs.addTab(page, name)
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.addWidget(self.list)
        splitter.addWidget(self.tabs)
        splitter.setSizes([600, 480])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        buttons = (
            self.refresh_button,
            button("Complete", self.complete, "Measure what is left of the marked run"),
            button("Follow", self.follow, "Look on while another program measures the marked run"),
            button("To twin", self._to_twin, "Tick the marked runs under Twin, to fit one to them"),
            button("Folder …", self._choose_folder, "Show, and measure into, another folder"),
            button("Report", self.report, "Write and open a page about the marked entry"),
            button("Export …", self._export, "Write the marked run as netCDF, npz or CSV"),
        )
        layout.addLayout(row(self.search, self.kind, *buttons))
        layout.addLayout(row(self.folder, None, self.count))
        layout.addWidget(splitter, 1)

    def _listen(self, hub: Hub) -> None:
        self.search.textChanged.connect(lambda _: self._filter())
        self.kind.currentTextChanged.connect(lambda _: self._filter())
        self.list.selectionModel().selectionChanged.connect(lambda *_: self._show_marked())  # type: ignore[union-attr]
        self.channel.currentIndexChanged.connect(lambda _: self._draw_overlay())
        self.graph.chosen.connect(self.select)
        hub.listen(CatalogueRead, self._read)
        hub.listen(EntryRead, self._show_details)
        hub.listen(RunLoaded, self._take)
        hub.listen(RunEnded, lambda e: self.rescan())
        hub.listen(Finished, lambda e: self.rescan())

    def _read(self, event: CatalogueRead) -> None:
        is_first, self.entries = not self._read_before, list(event.entries)
        self._filter()
        if is_first:
            self._read_before = True
            for entry in [e for e in self.entries if e.status == "running"][:1]:
                self._session.queue.follow(entry.path)

    def _filter(self) -> None:
        kind = EntryKind(self.kind.currentText()) if self.kind.currentIndex() else None
        self.list.show_entries(search(self.entries, self.search.text(), kind))
        self.count.setText(f"{len(self.shown)} of {len(self.entries)}")

    def _show_marked(self) -> None:
        marked = self.marked()
        if not marked:
            return
        first = marked[0]
        self._session.look_into(first)
        self.snippet.setPlainText("\n".join(snippet(entry) for entry in marked[:MOST_OVERLAID]))
        self.graph.show_graph(*lineage(self.entries, first), first)
        for entry in marked[:MOST_OVERLAID]:
            if entry.kind is EntryKind.RUN and entry.path not in self.loaded:
                self._session.load_run(entry.path)
        self._draw_overlay()

    def _show_details(self, event: EntryRead) -> None:
        if event.path not in [entry.path for entry in self.marked()[:1]]:
            return
        self.metadata.clear()
        _fill_tree(self.metadata.invisibleRootItem(), event.details)
        self.metadata.resizeColumnToContents(0)

    def _take(self, event: RunLoaded) -> None:
        self.loaded[event.path] = event
        names = [self.channel.itemText(i) for i in range(self.channel.count())]
        if names != list(event.channels):
            self.channel.clear()
            self.channel.addItems(list(event.channels))
        self._draw_overlay()

    def _draw_overlay(self) -> None:
        self.overlay.clear()
        channel = max(self.channel.currentIndex(), 0)
        runs = [self.loaded[e.path] for e in self.marked()[:MOST_OVERLAID] if e.path in self.loaded]
        for index, run in enumerate(runs):
            if channel < run.readout.shape[2]:
                _draw_run(self.overlay, run, channel, index)
        if runs:
            self.overlay.setLabel("left", f"readout {self.channel.currentText()}", units=runs[0].units[0])
            self.overlay.setTitle("mean over trials, and their spread", size="9pt")

    def _to_twin(self) -> None:
        self.wanted_for_twin.emit(self.marked())

    def _copy(self) -> None:
        clipboard = QApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(self.snippet.toPlainText())

    def _choose_folder(self) -> None:
        path = QFileDialog.getExistingDirectory(self, "Folder of runs", str(self._session.folder))
        if path:
            self._session.folder = Path(path)
            self.folder.setText(path)
            self.rescan()

    def _export(self) -> None:
        runs = [entry for entry in self.marked() if entry.kind is EntryKind.RUN]
        if runs:
            path, _ = QFileDialog.getSaveFileName(
                self, "Export", f"{runs[0].name}.nc", "netCDF (*.nc);;npz (*.npz);;CSV (*.csv)"
            )
            if path:
                self._session.export(runs[0].path, Path(path))


def _draw_run(view: pg.PlotWidget, run: RunLoaded, channel: int, index: int) -> None:
    """Draw the mean over trials and one standard deviation about it."""
    values = run.readout[:, :, channel]
    mean, spread = values.mean(0), values.std(0)
    steps = np.arange(len(mean))
    shade = faded(curve_colour(index), 50)
    edges = [pg.PlotCurveItem(steps, mean + sign * spread, pen=None) for sign in (-1, 1)]
    view.addItem(pg.FillBetweenItem(*edges, brush=shade))
    view.plot(steps, mean, pen=curve_pen(index, 1.5, dashed=True), name=run.path.stem)


def _fill_tree(parent: QTreeWidgetItem | None, values: dict[str, JsonValue] | list[JsonValue]) -> None:
    items = (
        values.items() if isinstance(values, dict) else enumerate(values if isinstance(values, list) else [])
    )
    for name, value in items:
        if isinstance(value, dict | list) and value and not _is_short(value):
            _fill_tree(QTreeWidgetItem(parent, [str(name), ""]), value)
        else:
            QTreeWidgetItem(parent, [str(name), _short(value)])


def _is_short(value: object) -> bool:
    return isinstance(value, list) and not any(isinstance(each, dict | list) for each in value)


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) < 300 else f"{text[:300]} …"
