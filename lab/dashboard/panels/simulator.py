"""A simulated bench from behind: its noise by knobs, faults by switch, its sample drawn live."""

import pyqtgraph as pg
from PyQt6.QtWidgets import (
    QComboBox,
    QDoubleSpinBox,
    QFormLayout,
    QGroupBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from lab.dashboard.models.events import BenchClosed, BenchOpened
from lab.dashboard.models.session import Session
from lab.dashboard.models.simulation import COUNTED, Bars, Knob, Rings, faults, knobs, picture
from lab.dashboard.views.hub import Hub
from lab.dashboard.views.microstates import BarsView, RingsView
from lab.dashboard.views.theme import curve_colour
from lab.dashboard.views.widgets import boxed, button, label, plot, row

DRAW_EVERY = 8
KEPT = 4000


class SimulatorPanel(QWidget):
    """Show what no instrument could: only there when the setup is simulated."""

    def __init__(self, session: Session, hub: Hub) -> None:
        super().__init__()
        self._session, self._frame = session, 0
        self.note = label("connect to a simulated setup (sim:nanoring, sim:asvi) to see its sample", "faint")
        self.knobs_box, self.faults_box = QGroupBox("Noise"), QGroupBox("Faults")
        self.knobs_form, self.fault = QFormLayout(self.knobs_box), QComboBox()
        self.fault_state = label("none", "faint")
        self.spins: dict[str, QDoubleSpinBox] = {}
        self.views: dict[type, RingsView | BarsView] = {Rings: RingsView(), Bars: BarsView()}
        self.stack = QStackedWidget()
        self.counts = plot("", ("picture", ""), ("count", ""))
        self._curve = self.counts.plot(pen=pg.mkPen(curve_colour(0), width=1))
        self.counted: list[int] = []
        self._lay_out()
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
        if now is None:
            return
        view = self.views[type(now)]
        self.stack.setCurrentWidget(view)
        view.show_picture(now)  # type: ignore[arg-type]
        self.counted.append(now.count)
        del self.counted[:-KEPT]
        self._curve.setData(self.counted)
        self.counts.setLabel("left", COUNTED[type(now)])
        self.note.setText(view.LEGEND)

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
        for widget in (self.note, self.knobs_box, self.faults_box, self.counts):
            left.addWidget(widget, 1 if widget is self.counts else 0)
        layout = row(boxed(left, 330))
        layout.addWidget(self.stack, 1)
        self.setLayout(layout)

    def _opened(self, event: BenchOpened) -> None:
        self._closed()
        simulation = self._session.bench.simulation
        if simulation is None:
            self.note.setText(f"{event.name} is no simulation: its sample cannot be looked into")
            return
        for knob in knobs(simulation):
            self._add(knob)
        self.knobs_box.setVisible(bool(self.spins))
        self.fault.addItems(faults(simulation))

    def _closed(self) -> None:
        self.counted.clear()
        self.fault.clear()
        self.fault_state.setText("none")
        while self.knobs_form.rowCount():
            self.knobs_form.removeRow(0)
        self.spins = {}

    def _add(self, knob: Knob) -> None:
        spin = QDoubleSpinBox()
        spin.setDecimals(3)
        spin.setRange(0.0, knob.most)
        spin.setSuffix(f" {knob.unit}")
        spin.setValue(knob.get())
        spin.valueChanged.connect(knob.set)
        spin.setToolTip(knob.hint)
        self.spins[knob.name] = spin
        self.knobs_form.addRow(knob.name, spin)
