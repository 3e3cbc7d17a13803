"""The bench: which setup, what answers there, what is applied and read now, limits and interlock."""

from collections.abc import Iterable

import pyqtgraph as pg
from nado_lab.instruments.setups.records import Limit
from nado_lab.lab.dashboard.models.events import (
    BenchClosed,
    BenchOpened,
    BenchReading,
    BenchSettings,
    BenchStateChanged,
    ChecksDone,
    JobChanged,
)
from nado_lab.lab.dashboard.models.readings import Readings
from nado_lab.lab.dashboard.models.session import Session
from nado_lab.lab.dashboard.views.as_text import as_html
from nado_lab.lab.dashboard.views.hints import Hint
from nado_lab.lab.dashboard.views.hub import Hub
from nado_lab.lab.dashboard.views.message import Message
from nado_lab.lab.dashboard.views.safety import SafetyLabel
from nado_lab.lab.dashboard.views.theme import worn
from nado_lab.lab.dashboard.views.widgets import button, column, fill, label, row, table
from nado_lab.port import Port
from PyQt6.QtCore import Qt, QTimer
from PyQt6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QFormLayout,
    QGroupBox,
    QLabel,
    QSpinBox,
    QTabWidget,
    QWidget,
)

READ_EVERY_MS = 1000


class SetupPanel(QWidget):
    """Connect to a setup and watch it."""

    def __init__(self, session: Session, hub: Hub) -> None:
        super().__init__()
        self._session = session
        self._values: Readings = {}
        self._ports: tuple[Port, ...] = ()
        self.choice, self.seed = _setups(), QSpinBox()
        self.seed.setToolTip("Which specimen of a simulated bench (its disorder and noise).")
        self.choice.setToolTip("The setup: one that comes along (sim:...), or the TOML file of your bench.")
        self.connect_button = button("Connect", self.connect_bench, "Open the instruments (Ctrl+K)")
        self.check_button = button("Check", session.bench.check, "Prove limits and interlock")
        self.state = Message("not connected", lines=2)
        self.safety = SafetyLabel()
        self.field, self.current, self.interlock = label("–", "big"), label("–"), label("–")
        self.temperature = label("–")
        self.limits = label("–", "faint")
        self.identities = table(["role", "identity"], stretch=1)
        connect = ("Connect", self.connect_bench)
        Hint(self.identities, "Choose a setup above and connect: its instruments are listed here.", connect)
        self.readings = table(["reading or setting", "value"])
        self.checks = table(["", "check", "what was seen"], stretch=2)
        Hint(
            self.checks,
            "Identities, limits and interlock are not proved yet.",
            ("Check", session.bench.check),
        )
        self._lay_out()
        self._listen(hub)
        self._timer = QTimer(self)
        self._timer.timeout.connect(session.bench.read)
        self._timer.start(READ_EVERY_MS)

    def connect_bench(self) -> None:
        """Open the chosen setup, or close the open one."""
        bench = self._session.bench
        if bench.is_open:
            bench.disconnect()
        else:
            self.state.setText("connecting …")
            bench.connect(self.choice.currentText(), self.seed.value())

    def _lay_out(self) -> None:
        browse = button("…", self._browse, "Choose the TOML file of a setup")
        browse.setFixedWidth(38)
        top = column()
        top.addLayout(row(self.choice, browse))
        top.addLayout(row(label("specimen"), self.seed, self.connect_button, self.check_button))
        top.addWidget(self.state)
        now = QGroupBox("Now")
        grid = QFormLayout(now)
        grid.addRow(self.safety)
        shown = {"applied": self.field, "current": self.current, "temperature": self.temperature}
        for name, widget in {**shown, "interlock": self.interlock}.items():
            grid.addRow(name, widget)
        grid.addRow("limits", self.limits)
        self.setLayout(top)
        top.setContentsMargins(6, 6, 6, 6)
        top.addWidget(now)
        self.tabs = QTabWidget()
        pages = {"Instruments": self.identities, "Settings": self.readings, "Checks": self.checks}
        for name, page in pages.items():
            self.tabs.addTab(page, name)
        top.addWidget(self.tabs, 1)

    def _listen(self, hub: Hub) -> None:
        hub.listen(BenchOpened, self._opened)
        hub.listen(BenchClosed, lambda event: self._closed())
        hub.listen(BenchReading, self._read)
        hub.listen(BenchSettings, lambda event: self._show_values(event.values))
        hub.listen(BenchStateChanged, self._state)
        hub.listen(ChecksDone, self._checked)
        hub.listen(JobChanged, self._job)

    def _opened(self, event: BenchOpened) -> None:
        kind = "simulated" if event.simulated else "instruments"
        self.state.setText(f"connected to {event.name} ({kind}), {len(event.channels)} channels")
        self.connect_button.setText("Disconnect")
        fill(self.identities, list(event.identities.items()))
        self._ports = event.ports
        self.limits.setText(", ".join(limit_text(limit) for limit in event.limits))

    def _closed(self) -> None:
        self._values = {}
        self.state.setText("not connected")
        self.connect_button.setText("Connect")
        for text in (self.field, self.current, self.temperature, self.interlock, self.limits):
            text.setText("–")
        for view in (self.identities, self.readings, self.checks):
            view.setRowCount(0)

    def _read(self, event: BenchReading) -> None:
        self._show_values(event.values)
        values = event.values
        self.field.setText(_of(values, event.applied))
        read = [name for name in values if name not in event.applied]
        self.current.setText(_of(values, [name for name in read if values[name][1] == "A"]))
        kelvin = [name for name in read if values[name][1] == "K"]
        self.temperature.setText(_of(values, kelvin) or "no sensor")
        if "interlock" in values:
            closed = bool(values["interlock"][0])
            self._mark(self.interlock, "closed" if closed else "OPEN", closed)

    def _show_values(self, values: Readings) -> None:
        self._values.update(values)
        fill(self.readings, [[name, _text(value, unit)] for name, (value, unit) in self._values.items()])

    def _state(self, event: BenchStateChanged) -> None:
        """Show what is known; numbers of another condition are taken away."""
        self.safety.show_state(event.state)
        if not event.state.reading:
            for text in (self.field, self.current, self.temperature, self.interlock):
                text.setText("–")
            if event.state.up_to:
                self.field.setText(event.state.up_to)

    def _checked(self, event: ChecksDone) -> None:
        rows = [["✓" if passed else "✗", name, detail] for name, passed, detail in event.checks]
        fill(self.checks, rows)
        self.tabs.setCurrentWidget(self.checks)
        passed = all(each[1] for each in event.checks)
        self.state.setText("all checks passed" if passed else "a check FAILED")

    def _job(self, event: JobChanged) -> None:
        if event.kind == "connect" and event.state == "failed":
            self.state.setText(event.text)

    def _mark(self, widget: QLabel, text: str, good: bool) -> None:
        colour = worn().good if good else worn().bad
        widget.setTextFormat(Qt.TextFormat.RichText)
        widget.setText(f'<span style="color:{colour}; font-weight:600">{as_html(text)}</span>')

    def _browse(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Setup", "", "Setups (*.toml)")
        if path:
            self.choice.setEditText(path)


def _setups() -> QComboBox:
    from nado_lab.instruments import builtin_setups

    choice = QComboBox()
    choice.setEditable(True)
    choice.setCompleter(None)  # what is connected is what was typed, not what it is the beginning of
    choice.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
    for name, description in builtin_setups().items():
        choice.addItem(name)
        choice.setItemData(choice.count() - 1, description, 3)
    return choice


def limit_text(limit: Limit) -> str:
    """Write a limit of the setup's file as "field ≤ 10 mT"."""
    shown = pg.siFormat(limit.value, precision=3, suffix=limit.unit) if limit.unit else f"{limit.value:g}"
    return f"{limit.name} ≤ {shown}"


def _of(values: Readings, names: Iterable[str]) -> str:
    return "  ".join(_text(*values[name]) for name in names if name in values)


def _text(value: object, unit: str) -> str:
    if isinstance(value, bool):
        return "on" if value else "off"
    if not isinstance(value, int | float):
        return str(value)
    if not unit or unit[0].isdigit() or unit == "K":  # no prefix goes before 1/s
        return f"{value:.6g} {unit}".rstrip()
    return pg.siFormat(value, precision=4, suffix=unit)
