"""What is known of the marked entries: plots, differences, metadata, labels, lineage, lines of Python."""

from collections.abc import Sequence
from pathlib import Path

from nado_lab.lab.dashboard.models.catalogue import Entry, EntryKind, snippet
from nado_lab.lab.dashboard.models.events import EntryRead, RunLoaded
from nado_lab.lab.dashboard.models.fields import told_apart
from nado_lab.lab.dashboard.models.labelling import Said
from nado_lab.lab.dashboard.models.lineage import lineage
from nado_lab.lab.dashboard.models.session import Session
from nado_lab.lab.dashboard.models.stored_curves import StoredCurves
from nado_lab.lab.dashboard.views.differences_table import DifferencesTable
from nado_lab.lab.dashboard.views.hub import Hub
from nado_lab.lab.dashboard.views.label_form import LabelForm
from nado_lab.lab.dashboard.views.lineage_graph import LineageGraph
from nado_lab.lab.dashboard.views.run_plot import RunPlot
from nado_lab.lab.dashboard.views.widgets import boxed, button, column, row
from pydantic import JsonValue
from PyQt6.QtWidgets import QApplication, QPlainTextEdit, QTabWidget, QTreeWidget, QTreeWidgetItem

MOST_OVERLAID = 10
MOST_KEPT = 40


class RunDetails(QTabWidget):
    """Show the marked entries from several sides."""

    def __init__(self, session: Session, hub: Hub) -> None:
        super().__init__()
        self._session = session
        self.loaded: dict[Path, StoredCurves] = {}
        self._marked: list[Entry] = []
        self.plot, self.differences, self.labels = RunPlot(), DifferencesTable(), LabelForm()
        self.metadata, self.snippet, self.graph = QTreeWidget(), QPlainTextEdit(), LineageGraph()
        self.metadata.setHeaderLabels(["field", "value"])
        self.snippet.setReadOnly(True)
        self.snippet.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        copy = column(self.snippet)
        copy.addLayout(row(button("Copy", self._copy, "Copy these lines"), None))
        pages = {
            "Overlay": self.plot,
            "Compare": self.differences,
            "Notes": self.labels,
            "Metadata": self.metadata,
            "Lineage": self.graph,
            "Python": boxed(copy),
        }
        for name, page in pages.items():
            self.addTab(page, name)
        self.labels.wanted.connect(self._label)
        hub.listen(EntryRead, self._show_details)
        hub.listen(RunLoaded, self._take)

    def show_entries(self, marked: Sequence[Entry], entries: list[Entry]) -> None:
        """Show the `marked` ones among all `entries`."""
        self._marked = list(marked)
        self.labels.show_entries(self._marked)
        self.differences.show_entries(self._marked[:MOST_OVERLAID])
        if not self._marked:
            return
        first = self._marked[0]
        self._session.look_into(first)
        self.snippet.setPlainText("\n".join(snippet(entry) for entry in self._marked[:MOST_OVERLAID]))
        self.graph.show_graph(*lineage(entries, first), first)
        for entry in self._marked[:MOST_OVERLAID]:
            if entry.kind is EntryKind.RUN and entry.path not in self.loaded:
                self._session.load_run(entry.path)
        self._draw()

    def _label(self, paths: list[Path], said: Said) -> None:
        self._session.label(paths, said)

    def _show_details(self, event: EntryRead) -> None:
        if event.path not in [entry.path for entry in self._marked[:1]]:
            return
        self.metadata.clear()
        _fill_tree(self.metadata.invisibleRootItem(), event.details)
        self.metadata.resizeColumnToContents(0)

    def _take(self, event: RunLoaded) -> None:
        self.loaded[event.path] = event.run
        for path in list(self.loaded)[:-MOST_KEPT]:
            del self.loaded[path]
        self._draw()

    def _draw(self) -> None:
        there = [each for each in self._marked[:MOST_OVERLAID] if each.path in self.loaded]
        runs = [self.loaded[each.path] for each in there]
        self.plot.show_runs(list(zip(told_apart(there), runs, strict=True)))

    def _copy(self) -> None:
        clipboard = QApplication.clipboard()
        if clipboard is not None:
            clipboard.setText(self.snippet.toPlainText())


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
