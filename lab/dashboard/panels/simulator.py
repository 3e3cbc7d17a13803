"""A simulated bench from behind: temperature, noise and drift by knobs, faults by switch, its sample live."""

from nado_lab.lab.dashboard.models.events import BenchClosed, BenchOpened
from nado_lab.lab.dashboard.models.knobs import Knob, drifted, knobs
from nado_lab.lab.dashboard.models.session import Session
from nado_lab.lab.dashboard.models.simulation import Bars, Levels, Rings, faults, picture
from nado_lab.lab.dashboard.views.hints import Invitation
from nado_lab.lab.dashboard.views.hub import Hub
from nado_lab.lab.dashboard.views.message import Message
from nado_lab.lab.dashboard.views.microstates import BarsView, LevelsView, RingsView
from nado_lab.lab.dashboard.views.theme import curve_colour, curve_pen
from nado_lab.lab.dashboard.views.widgets import boxed, button, plot, row
from PyQt6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QGroupBox,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

DRAW_EVERY, COUNTS_PX = 8, 140
GROUPS = ("Temperature and noise", "Drift")
KEPT = 4000


class SimulatorPanel(QWidget):
    """Show what no instrument could: only there when the setup is simulated."""

    def __init__(self, session: Session, hub: Hub) -> None:
        super().__init__()
        self._session, self._frame = session, 0
        self.note = Message(
            "connect to a simulated setup (sim:nanoring, sim:asvi) to see its sample", lines=2
        )
        self.boxes = {name: QGroupBox(name) for name in GROUPS}
        self.forms = {name: QFormLayout(box) for name, box in self.boxes.items()}
        self.faults_box, self.fault = QGroupBox("Faults"), QComboBox()
        self.drifted = Message()
        self.calibrated = button("As calibrated", self.clear_drift, "Stop drifting and undo it")
        self.fault_state = Message("none")
        self.fault.setToolTip("Which instrument fails, and how; docs/faults.md says what then happens.")
        self.spins: dict[str, QDoubleSpinBox] = {}
        self._groups: dict[str, str] = {}
        self.views: dict[type, RingsView | BarsView | LevelsView] = {
            Rings: RingsView(),
            Bars: BarsView(),
            Levels: LevelsView(),
        }
        self.stack = QStackedWidget()
        self.counts = plot("", ("bench time", "s"), ("count", ""))
        dots = {"symbol": "o", "symbolSize": 3, "symbolBrush": curve_colour(0), "symbolPen": None}
        self.counts.setFixedHeight(COUNTS_PX)
        self._curve = self.counts.plot(pen=curve_pen(0), **dots)
        self.counted: list[float] = []
        self._times: list[float] = []
        self._lay_out()
        self.unseen = Invitation(
            self.stack, "Only a simulated setup has a sample to look into: connect to one."
        )
        hub.listen(BenchOpened, self._opened)
        hub.listen(BenchClosed, lambda event: self._closed())
        hub.each_frame(self.refresh)

    def refresh(self) -> None:
        """Draw the microstate every now and then, while the panel is in view."""
        self._frame += 1
        if self._frame % DRAW_EVERY or not self.isVisible():
            return
        self.draw()

    def draw(self) -> None:
        """Draw the microstate as it is now."""
        simulation = self._session.bench.simulation
        now = picture(simulation) if simulation is not None else None
        if simulation is None or now is None:
            return
        view = self.views[type(now)]
        self.stack.setCurrentWidget(view)
        view.show_picture(now)  # type: ignore[arg-type]
        self.drifted.setText(drifted(simulation))
        self.counted.append(now.count)
        self._times.append(simulation.clock.now())
        del self.counted[:-KEPT], self._times[:-KEPT]
        self._curve.setData(self._times, self.counted)
        self.counts.setLabel("left", now.counted)
        self.note.setText(view.LEGEND)

    def clear_drift(self) -> None:
        """Return to the calibrated gains and offsets."""
        simulation = self._session.bench.simulation
        if simulation is not None:
            for knob in knobs(simulation):
                if knob.group == "Drift":
                    self.spins[knob.name].setValue(0.0)
            self._session.undo_drift(simulation)

    def break_it(self) -> None:
        """Switch the chosen fault on, while the bench lives."""
        simulation, chosen = self._session.bench.simulation, self.fault.currentText()
        if simulation is not None and chosen:
            simulation.set_fault(chosen)
            self.fault_state.setText(f"{chosen} is on")

    def mend(self) -> None:
        """Switch all faults off."""
        simulation = self._session.bench.simulation
        if simulation is not None:
            simulation.clear_faults()
            self.fault_state.setText("none")

    def _lay_out(self) -> None:
        switches = QVBoxLayout(self.faults_box)
        switches.addWidget(self.fault)
        on = button("Break", self.break_it, "Switch this fault on now, also in mid-run")
        switches.addLayout(row(on, button("Mend", self.mend, "Switch all faults off"), self.fault_state))
        for view in self.views.values():
            self.stack.addWidget(view)
        left = QVBoxLayout()
        self.forms["Drift"].addRow(self.drifted)
        self.forms["Drift"].addRow(self.calibrated)
        for widget in (self.note, *self.boxes.values(), self.faults_box, self.counts):
            left.addWidget(widget)
        left.addStretch(1)
        self._show_controls(False)
        controls = QScrollArea()  # a low window scrolls them
        controls.setWidget(boxed(left))
        controls.setWidgetResizable(True)
        controls.setFrameShape(QScrollArea.Shape.NoFrame)
        controls.setFixedWidth(345)
        layout = row(controls)
        layout.addWidget(self.stack, 1)
        self.setLayout(layout)

    def _opened(self, event: BenchOpened) -> None:
        self._closed()
        simulation = self._session.bench.simulation
        if simulation is None:
            self.note.setText(f"{event.name} is no simulation: its sample cannot be looked into")
            return
        for knob in reversed(knobs(simulation)):
            self._add(knob)
        self._show_controls(True)
        self.unseen.hide()
        self.fault.addItems(faults(simulation, self._session.bench.opened().config.roles))

    def _closed(self) -> None:
        self.counted.clear()
        self._times.clear()
        self.fault.clear()
        self.fault_state.setText("none")
        for name, spin in self.spins.items():
            self.forms[self._groups[name]].removeRow(spin)
        self.spins, self._groups = {}, {}
        self._show_controls(False)
        self.unseen.show()
        self._curve.setData([], [])

    def _show_controls(self, on: bool) -> None:
        for box in (*self.boxes.values(), self.faults_box, self.counts):
            box.setVisible(on)

    def _add(self, knob: Knob) -> None:
        spin = QDoubleSpinBox()
        spin.setDecimals(3)
        spin.setKeyboardTracking(False)
        spin.setRange(knob.least, knob.most)
        spin.setSuffix(f" {knob.unit}")
        spin.setValue(knob.get())
        spin.valueChanged.connect(lambda value: self._session.turn(knob, value))
        spin.setToolTip(knob.hint)
        self.spins[knob.name], self._groups[knob.name] = spin, knob.group
        self.forms[knob.group].insertRow(0, knob.name, spin)
