"""The window: panels in tabs, the bench and the log in docks, Abort always in reach."""

import threading

from nado_lab.lab.dashboard.models.catalogue import Entry
from nado_lab.lab.dashboard.models.events import BenchClosed, BenchOpened, BenchSafe, Finished, JobChanged
from nado_lab.lab.dashboard.models.fields import ALWAYS
from nado_lab.lab.dashboard.models.session import Session
from nado_lab.lab.dashboard.panels.browser import BrowserPanel
from nado_lab.lab.dashboard.panels.first_steps import FirstSteps
from nado_lab.lab.dashboard.panels.live import LivePanel
from nado_lab.lab.dashboard.panels.log import LogPanel
from nado_lab.lab.dashboard.panels.loop import LoopPanel
from nado_lab.lab.dashboard.panels.measure import MeasurePanel
from nado_lab.lab.dashboard.panels.network import NetworkPanel
from nado_lab.lab.dashboard.panels.setup import SetupPanel
from nado_lab.lab.dashboard.panels.simulator import SimulatorPanel
from nado_lab.lab.dashboard.panels.twin import TwinPanel
from nado_lab.lab.dashboard.views.help import Shortcut, show_help
from nado_lab.lab.dashboard.views.hub import Hub
from nado_lab.lab.dashboard.views.message import Message
from nado_lab.lab.dashboard.views.recolour import recolour
from nado_lab.lab.dashboard.views.theme import DARK, LIGHT, THEMES, Theme, apply
from nado_lab.lab.dashboard.views.widgets import agrees, button, is_typed_into, tell
from nado_lab.lab.dashboard.views.words import explain
from PyQt6.QtCore import QByteArray, QSettings, Qt, QUrl
from PyQt6.QtGui import QAction, QCloseEvent, QDesktopServices, QKeySequence
from PyQt6.QtWidgets import (
    QApplication,
    QDockWidget,
    QMainWindow,
    QMessageBox,
    QSizePolicy,
    QSplitter,
    QTabWidget,
    QToolBar,
    QWidget,
)

SIZE = (1366, 728)
LEAVE = (
    "A run is under way",
    "The bench is measuring. Abort the run, bring the field to zero and close?",
)
BUSY_KINDS = (
    "run",
    "deploy",
    "loop",
    "fit",
    "train",
    "evaluate",
    "check",
    "connect",
    "report",
    "export",
    "label",
    "open",
)


class Dashboard(QMainWindow):
    """The place from which an experimentalist runs a day."""

    def __init__(self, session: Session, settings: QSettings) -> None:
        super().__init__()
        self.session, self.settings, self._asks = session, settings, True
        self.theme = THEMES.get(str(settings.value("theme", DARK.name)), DARK)
        self.use_theme(self.theme)
        self.hub = Hub(session.events, self)
        self.setup = SetupPanel(session, self.hub)
        self.measure, self.live = MeasurePanel(session, self.hub), LivePanel(self.hub)
        self.browser = BrowserPanel(session, self.hub)
        self.twin, self.network = TwinPanel(session, self.hub), NetworkPanel(session, self.hub)
        self.loop = LoopPanel(session, self.hub)
        self.simulator = SimulatorPanel(session, self.hub)
        self.log = LogPanel(self.hub)
        self.setWindowTitle("NADO-Lab")
        self.resize(*SIZE)
        self._lay_out()
        self._listen()
        self._shortcuts()
        explain(self)
        self._restore()
        session.read_choices()

    def abort(self) -> threading.Thread:
        """Bring the field to zero now; give the thread that sees to it."""
        self.status.setText("aborting …")
        return self.session.abort()

    def _esc(self) -> None:
        """Leave the field that is typed into; from anywhere else, abort."""
        focused = QApplication.focusWidget()
        if focused is not None and is_typed_into(focused):
            focused.clearFocus()
            self.status.setText("  left the field; Esc once more aborts")
        else:
            self.abort()

    def toggle_theme(self) -> None:
        """Change between dark and light, and remember it."""
        self.use_theme(LIGHT if self.theme is DARK else DARK)
        self.settings.setValue("theme", self.theme.name)

    def use_theme(self, theme: Theme) -> None:
        """Dress the application and recolour the plots."""
        self.theme = theme
        application = QApplication.instance()
        if isinstance(application, QApplication):
            apply(theme, application)
        recolour(self, theme)

    def leave(self) -> None:
        """Close without asking (Ctrl-C, a polite kill); the bench is left safe all the same."""
        self._asks = False
        self.close()

    def closeEvent(self, a0: QCloseEvent | None) -> None:
        """Ask while something is measured; then leave the bench safe."""
        if a0 is None:
            return
        if self._asks and self.session.is_measuring and not agrees(self, *LEAVE):
            a0.ignore()
            return
        self.settings.setValue("geometry", self.saveGeometry())
        self.settings.setValue("layout", self.saveState())
        self.settings.setValue("about", self.measure.about.kept())
        self.settings.setValue("columns", self.browser.list.columns)
        self.hub.stop()
        self.session.close()
        a0.accept()

    def _lay_out(self) -> None:
        bench = QSplitter(Qt.Orientation.Horizontal)
        bench.addWidget(self.measure)
        bench.addWidget(self.live)
        bench.setStretchFactor(1, 1)
        bench.setSizes([310, 750])
        self.tabs = QTabWidget()
        pages = (
            ("Measure", bench),
            ("Runs", self.browser),
            ("Twin", self.twin),
            ("Network", self.network),
            ("Loop", self.loop),
            ("Simulator", self.simulator),
        )
        for name, page in pages:
            self.tabs.addTab(page, name)
        self.setCentralWidget(self.tabs)
        self.first_steps = FirstSteps(self.live, self.setup, self.measure, self.hub)
        self.addDockWidget(Qt.DockWidgetArea.LeftDockWidgetArea, self._dock("Bench", self.setup))
        self.addDockWidget(Qt.DockWidgetArea.BottomDockWidgetArea, self._dock("Log", self.log))
        self.setCorner(Qt.Corner.BottomLeftCorner, Qt.DockWidgetArea.LeftDockWidgetArea)
        self.resizeDocks(self.findChildren(QDockWidget), [275, 275], Qt.Orientation.Horizontal)
        self.resizeDocks([self._docks["Log"]], [105], Qt.Orientation.Vertical)
        self.addToolBar(self._toolbar())

    def _dock(self, title: str, widget: QWidget) -> QDockWidget:
        dock = QDockWidget(title)
        dock.setObjectName(title)
        dock.setWidget(widget)
        self._docks = {**getattr(self, "_docks", {}), title: dock}
        return dock

    def _toolbar(self) -> QToolBar:
        bar = QToolBar("Main")
        bar.setObjectName("Main")
        bar.setMovable(False)
        self.abort_button = button("ABORT", self.abort, "Everything to its safe state, at any time (Esc)")
        self.abort_button.setObjectName("abort")
        self.status = Message("  not connected", role="")
        self.status.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.status.setMinimumWidth(1)
        bar.addWidget(self.abort_button)
        bar.addWidget(self.status)
        for dock in self._docks.values():
            bar.addAction(dock.toggleViewAction())
        bar.addWidget(button("Dark / light", self.toggle_theme, "Change the colours (Ctrl+D)"))
        bar.addWidget(button("Help", self.help, "Keys, and what the mouse does in plots (F1)"))
        return bar

    def _shortcuts(self) -> None:
        calls = {
            Shortcut("Esc", "abort; in a field that is typed into, leave it"): self._esc,
            Shortcut("Ctrl+K", "connect, disconnect"): self.setup.connect_bench,
            Shortcut("Ctrl+Return", "measure, or add to the queue"): self.measure.queue_it,
            Shortcut("Ctrl+P", "pause, resume"): self.measure.pause_or_resume,
            Shortcut("F", "follow the newest data again"): self.live.follow,
            Shortcut("F5", "read the folder again"): self.browser.rescan,
            Shortcut("Ctrl+F", "search the runs"): self._search,
            Shortcut("Ctrl+D", "dark, light"): self.toggle_theme,
            Shortcut("F1", "this help"): self.help,
        }
        for index in range(self.tabs.count()):
            shortcut = Shortcut(f"Ctrl+{index + 1}", f"tab {self.tabs.tabText(index)}")
            calls[shortcut] = lambda i=index: self.tabs.setCurrentIndex(i)
        for shortcut, call in calls.items():
            action = QAction(shortcut.does, self)
            action.setShortcut(QKeySequence(shortcut.keys))
            action.triggered.connect(lambda _=False, c=call: c())
            self.addAction(action)
        self.shortcuts = tuple(calls)

    def help(self) -> QMessageBox:
        """Show the keys, and what the mouse does in plots."""
        return show_help(self, self.shortcuts)

    def _search(self) -> None:
        self.tabs.setCurrentWidget(self.browser)
        self.browser.search.setFocus()

    def _listen(self) -> None:
        self.hub.listen(BenchOpened, lambda e: self.status.setText(f"  {e.name} is ready"))
        self.hub.listen(BenchClosed, lambda e: self.status.setText("  not connected"))
        self.hub.listen(BenchSafe, lambda e: self.status.setText(f"  {e.how}; {e.text}"))
        self.hub.listen(JobChanged, self._job)
        self.hub.listen(Finished, self._report)
        self.browser.wanted_for_twin.connect(self._to_twin)
        self.browser.wanted_again.connect(self._measure_again)

    def _report(self, event: Finished) -> None:
        if event.kind == "report":
            self.status.setText(f"  wrote {event.result}")
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(event.result)))

    def _to_twin(self, entries: list[Entry]) -> None:
        self.twin.take_runs(entries)
        self.tabs.setCurrentWidget(self.twin)

    def _measure_again(self, entry: Entry) -> None:
        if self.measure.use(entry.protocol, entry.parameters):
            self.tabs.setCurrentIndex(0)

    def _job(self, event: JobChanged) -> None:
        if event.kind not in BUSY_KINDS:
            return
        if event.state == "failed":
            self.status.setText(f"  {event.label} failed")
            tell(self, event.label, event.text)
        else:
            self.status.setText(f"  {event.label}: {event.text or event.state}")

    def _restore(self) -> None:
        for key, call in (("geometry", self.restoreGeometry), ("layout", self.restoreState)):
            saved = self.settings.value(key)
            if isinstance(saved, QByteArray):
                call(saved)
        about = self.settings.value("about")
        if isinstance(about, dict):
            self.measure.about.restore(about)
        columns = self.settings.value("columns")
        if isinstance(columns, list) and ALWAYS in columns:
            self.browser.list.set_columns([str(name) for name in columns])
        self.use_theme(self.theme)
