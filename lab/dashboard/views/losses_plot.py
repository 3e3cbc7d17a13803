"""Held-out losses of a fit, phase by phase, over those of the fits before it."""

import numpy as np
import pyqtgraph as pg
from nado_lab.lab.dashboard.views.as_text import as_html
from nado_lab.lab.dashboard.views.legend import legend_above
from nado_lab.lab.dashboard.views.theme import curve_colour, curve_mark, curve_pen, faded
from nado_lab.lab.dashboard.views.widgets import plot
from PyQt6.QtWidgets import QVBoxLayout, QWidget

PHASES = {"mean": 2, "likelihood": 0, "score": 1, "adversarial": 3}
MOST_PAST, PAST_ALPHA = 3, 120
Points = dict[str, list[tuple[float, float]]]


class LossesPlot(QWidget):
    """Draw points as they come; `keep(name)` ends a fit, whose curves stay, thinner, under that name."""

    def __init__(self) -> None:
        super().__init__()
        self.view = plot("held-out loss", ("step of the fit", ""), ("loss", ""))
        legend_above(self.view, columns=3)
        self.points: Points = {}
        self._past: list[tuple[str, Points]] = []
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)

    def begin(self) -> None:
        """Begin another fit."""
        self.points = {}
        self._draw()

    def add(self, phase: str, step: float, loss: float) -> None:
        """Add a point to the fit that goes on."""
        self.points.setdefault(phase, []).append((step, loss))
        self._draw()

    def keep(self, name: str) -> None:
        """Keep the fit that has ended under the name of its twin, to be compared with later ones."""
        if self.points and name not in [past for past, _ in self._past]:
            self._past = [*self._past, (name, self.points)][-MOST_PAST - 1 :]

    def _draw(self) -> None:
        self.view.clear()
        for name, points in self._past:
            if points is not self.points:
                self._draw_past(name, points)
        for phase, found in self.points.items():
            x, y = np.array(found).T
            index = PHASES.get(phase, 2)
            dots = {"symbol": curve_mark(index), "symbolSize": 5, "symbolBrush": curve_colour(index)}
            self.view.plot(x, y, pen=curve_pen(index), symbolPen=None, name=as_html(phase), **dots)

    def _draw_past(self, name: str, points: Points) -> None:
        for phase, found in points.items():
            x, y = np.array(found).T
            index = PHASES.get(phase, 2)
            pen = pg.mkPen(curve_pen(index, dashed=True))
            pen.setColor(faded(curve_colour(index), PAST_ALPHA))
            self.view.plot(x, y, pen=pen, name=as_html(f"{name}, {phase}"))
