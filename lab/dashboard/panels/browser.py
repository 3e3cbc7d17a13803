"""The runs, twins and networks of the folder: search, sort, look into, compare, label, export, trace back."""

from collections.abc import Callable
from pathlib import Path

from nado_lab.lab.dashboard.models.catalogue import Entry, EntryKind
from nado_lab.lab.dashboard.models.events import CatalogueRead, Finished, RunEnded
from nado_lab.lab.dashboard.models.fields import ALWAYS, FIELDS, parameter_names
from nado_lab.lab.dashboard.models.search import search
from nado_lab.lab.dashboard.models.session import Session
from nado_lab.lab.dashboard.panels.run_details import RunDetails
from nado_lab.lab.dashboard.views.entry_table import EntryTable
from nado_lab.lab.dashboard.views.hints import Hint
from nado_lab.lab.dashboard.views.hub import Hub
from nado_lab.lab.dashboard.views.widgets import button, label, menu_button, row, tell
from PyQt6.QtCore import QPoint, Qt, QUrl, pyqtSignal
from PyQt6.QtGui import QDesktopServices
from PyQt6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFileDialog,
    QLineEdit,
    QMenu,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

SEARCH = """Words of name, id, status, protocol, sample, operator, notes, tags and parameters,
and comparisons of parameters: cold repeats steps=28 sequences>=20"""


class BrowserPanel(QWidget):
    """Find what was measured and made."""

    wanted_for_twin = pyqtSignal(list)
    wanted_again = pyqtSignal(object)

    def __init__(self, session: Session, hub: Hub) -> None:
        super().__init__()
        self._session = session
        self.entries: list[Entry] = []
        self._ordered: list[Entry] = []
        self._read_before = False
        self.search, self.kind, self.hidden = QLineEdit(), QComboBox(), QCheckBox("hidden ones, too")
        self.search.setPlaceholderText("search: words, or steps>=20 …")
        self.search.setToolTip(SEARCH)
        self.search.setClearButtonEnabled(True)
        self.kind.addItems(["everything", *EntryKind])
        self.list, self.count = EntryTable(), label("", "line")
        self.details = RunDetails(session, hub)
        Hint(self.list, "No runs here yet: measure one in Measure. They are listed with twins and networks.")
        self.folder = label(str(session.folder), "line")
        self.refresh_button = button("Refresh", self.rescan, "Read the folder again (F5)")
        self._actions: dict[str, tuple[Callable[[], object], str]] = {
            "Use these parameters": (
                self.use_parameters,
                "Fill Measure's form with what the marked run was measured with",
            ),
            "Complete": (self.complete, "Measure what is left of the marked run"),
            "Follow": (self.follow, "Look on while another program measures the marked run"),
            "To twin": (self._to_twin, "Tick the marked runs under Twin, to fit one to them"),
            "Name, tags, notes …": (self.edit_labels, "Say more about the marked runs"),
            "Hide or show": (self.hide_or_show, "Leave the marked runs out of the list, or not"),
            "Report": (self.report, "Write and open a page about the marked entry"),
            "Export …": (self._export, "Write the marked run as netCDF, npz or CSV"),
            "Reveal in the file manager": (self.reveal, "Open the folder that holds the marked entry"),
        }
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

    def use_parameters(self) -> None:
        """Fill the form under Measure with the parameters of the marked run."""
        runs = [entry for entry in self.marked() if entry.kind is EntryKind.RUN and entry.protocol]
        if runs:
            self.wanted_again.emit(runs[0])
        else:
            tell(self, "Use these parameters", "Mark a run that a protocol measured.")

    def report(self) -> None:
        """Write a page about the marked entry, and open it."""
        for entry in self.marked()[:1]:
            self._session.report(entry.path)

    def edit_labels(self) -> None:
        """Go to where name, tags and notes are typed."""
        self.details.setCurrentWidget(self.details.labels)
        self.details.labels.title.setFocus()

    def hide_or_show(self) -> None:
        """Hide the marked runs; if all of them are hidden, show them."""
        runs = [entry for entry in self.marked() if entry.kind is EntryKind.RUN]
        if runs:
            self._session.hide([each.path for each in runs], not all(each.hidden for each in runs))

    def reveal(self) -> None:
        """Open the folder of the marked entry in the file manager."""
        for entry in self.marked()[:1]:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(entry.path.resolve().parent)))

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
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.addWidget(self.list)
        splitter.addWidget(self.details)
        splitter.setSizes([520, 560])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 6, 6)
        self.columns = menu_button("Columns", self._offer_columns, "Which columns and parameters are listed")
        first = [
            button(name, *self._actions[name]) for name in ("Use these parameters", "Complete", "To twin")
        ]
        more = menu_button(
            "More", self._offer_actions, "All that can be done with what is marked (right click)"
        )
        folder = button("Folder …", self._choose_folder, "Show, and measure into, another folder")
        layout.addLayout(row(self.search, self.kind, self.columns, *first, more))
        layout.addLayout(row(self.refresh_button, folder, self.folder, None, self.hidden, self.count))
        layout.addWidget(splitter, 1)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._context)

    def _listen(self, hub: Hub) -> None:
        self.search.textChanged.connect(lambda _: self._filter())
        self.kind.currentTextChanged.connect(lambda _: self._filter())
        self.list.sorting_changed.connect(self._order)
        self.hidden.toggled.connect(lambda _: self._filter())
        self.list.selectionModel().selectionChanged.connect(lambda *_: self._show_marked())  # type: ignore[union-attr]
        self.details.graph.chosen.connect(self.select)
        hub.listen(CatalogueRead, self._read)
        hub.listen(RunEnded, lambda e: self.rescan())
        hub.listen(Finished, lambda e: self.rescan())

    def _read(self, event: CatalogueRead) -> None:
        is_first, self.entries = not self._read_before, list(event.entries)
        self._order()
        if is_first:
            self._read_before = True
            for entry in [e for e in self.entries if e.status == "running"][:1]:
                self._session.queue.follow(entry.path)

    def _order(self) -> None:
        """Sort all entries once; a key typed into the search then only filters them."""
        self._ordered = self.list.in_order(self.entries)
        self._filter()

    def _filter(self) -> None:
        kind = EntryKind(self.kind.currentText()) if self.kind.currentIndex() else None
        self.list.show_entries(search(self._ordered, self.search.text(), kind, self.hidden.isChecked()))
        self.count.setText(f"{len(self.shown)} of {len(self.entries)}")

    def _show_marked(self) -> None:
        self.details.show_entries(self.marked(), self.entries)

    def _offer_columns(self, menu: QMenu) -> None:
        shown = self.list.columns
        fixed = [field.name for field in FIELDS if field.name != ALWAYS]
        for title, names in (("", fixed), ("parameters", parameter_names(self.shown))):
            menu.addSection(title)
            for name in names:
                action = menu.addAction(name)
                if action is not None:
                    action.setCheckable(True)
                    action.setChecked(name in shown)
                    action.toggled.connect(lambda on, n=name: self._show_column(n, on))

    def _show_column(self, name: str, on: bool) -> None:
        shown = [each for each in self.list.columns if each != name]
        self.list.set_columns([*shown, name] if on else shown)

    def _offer_actions(self, menu: QMenu) -> None:
        for name, (call, hint) in self._actions.items():
            action = menu.addAction(name)
            if action is not None:
                action.setToolTip(hint)
                action.triggered.connect(lambda _=False, c=call: c())
        menu.setToolTipsVisible(True)

    def _context(self, place: QPoint) -> None:
        menu, viewport = QMenu(self), self.list.viewport()
        self._offer_actions(menu)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(viewport.mapToGlobal(place) if viewport else place)

    def _to_twin(self) -> None:
        self.wanted_for_twin.emit(self.marked())

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
                self, "Export", f"{runs[0].short_name}.nc", "netCDF (*.nc);;npz (*.npz);;CSV (*.csv)"
            )
            if path:
                self._session.export(runs[0].path, Path(path))
