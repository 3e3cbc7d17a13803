"""A simulated bench from behind: its noise by knobs, its sample's microstate drawn live."""

from typing import Any

import numpy as np
import pyqtgraph as pg
from PyQt6.QtWidgets import QDoubleSpinBox, QFormLayout, QGroupBox, QVBoxLayout, QWidget

from lab.dashboard.models.events import BenchClosed, BenchOpened
from lab.dashboard.models.session import Session
from lab.dashboard.models.simulation import Knob, Picture, knobs, picture
from lab.dashboard.views.hub import Hub
from lab.dashboard.views.theme import curve_colour
from lab.dashboard.views.widgets import boxed, label, plot, row

DRAW_EVERY = 8
POPULATION_POINTS = 4000


class SimulatorPanel(QWidget):
    """Show what no instrument could: only there when the setup is simulated."""

    def __init__(self, session: Session, hub: Hub) -> None:
        super().__init__()
        self._session, self._frame = session, 0
        self.note = label("connect to a simulated setup (sim:nanoring) to see its sample", "faint")
        self.knobs_box = QGroupBox("Knobs")
        self.knobs_form = QFormLayout(self.knobs_box)
        self.spins: dict[str, QDoubleSpinBox] = {}
        self.rings = RingsView()
        self.population = plot("", ("picture", ""), ("walls in the array", ""))
        self._curve = self.population.plot(pen=pg.mkPen(curve_colour(0), width=1))
        self._walls: list[int] = []
        left = QVBoxLayout()
        for widget in (self.note, self.knobs_box, self.population):
            left.addWidget(widget, 1 if widget is self.population else 0)
        layout = row(boxed(left, 330))
        layout.addWidget(self.rings, 1)
        self.setLayout(layout)
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
        self.rings.show_picture(now)
        self._walls = [*self._walls[1 - POPULATION_POINTS :], now.walls]
        self._curve.setData(self._walls)

    def _opened(self, event: BenchOpened) -> None:
        self._closed()
        simulation = self._session.bench.simulation
        if simulation is None:
            self.note.setText(f"{event.name} is no simulation: its sample cannot be looked into")
            return
        self.note.setText(f"{event.name}: dots are head-to-head (blue) and tail-to-tail (orange) walls")
        for knob in knobs(simulation):
            self._add(knob)

    def _closed(self) -> None:
        self._walls = []
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


class RingsView(pg.PlotWidget):
    """Draw every ring of a nanoring array: magnetisation along its circumference, and its walls."""

    def __init__(self) -> None:
        super().__init__()
        self.setAspectLocked(True)
        self.hideAxis("left")
        self.hideAxis("bottom")
        self._arcs = [
            self.plot(connect="finite", pen=pg.mkPen(colour, width=2)) for colour in ("#888888", *_turns())
        ]
        self._walls: Any = [
            pg.ScatterPlotItem(size=8, pen=None, brush=curve_colour(index)) for index in (0, 1)
        ]
        for each in self._walls:
            self.addItem(each)

    def show_picture(self, now: Picture) -> None:
        """Show another microstate."""
        for arc, which in zip(self._arcs, (0, 1, -1), strict=True):
            x, y = _circles(now.centres[now.circulation == which], now.radius)
            arc.setData(x, y)
        for scatter, points in zip(self._walls, (now.head_to_head, now.tail_to_tail), strict=True):
            scatter.setData(points[:, 0], points[:, 1])


def _circles(centres: np.ndarray, radius: float, points: int = 33) -> tuple[np.ndarray, np.ndarray]:
    """Give one line through all circles, broken by NaN between them."""
    angle = np.linspace(0, 2 * np.pi, points)
    x = centres[:, :1] + radius * np.append(np.cos(angle), np.nan)
    y = centres[:, 1:] + radius * np.append(np.sin(angle), np.nan)
    return x.ravel(), y.ravel()


def _turns() -> tuple[str, str]:
    """Give the colours of anticlockwise and clockwise vortices."""
    return curve_colour(2), curve_colour(3)
