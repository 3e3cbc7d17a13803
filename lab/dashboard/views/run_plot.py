"""Several stored runs in one plot, with x and y of one's choice."""

from collections.abc import Sequence

import pyqtgraph as pg
from nado_lab.lab.dashboard.models.stored_curves import ROW_NUMBER, STEP, Line, StoredCurves, line, offered
from nado_lab.lab.dashboard.views.as_text import as_html
from nado_lab.lab.dashboard.views.legend import legend_above
from nado_lab.lab.dashboard.views.theme import curve_colour, curve_mark, curve_pen, faded
from nado_lab.lab.dashboard.views.widgets import column, label, plot, row
from PyQt6.QtWidgets import QComboBox, QWidget

SPREAD_ALPHA = 50


class RunPlot(QWidget):
    """Draw one quantity of some runs over another; what is chosen stays while other runs are shown."""

    def __init__(self) -> None:
        super().__init__()
        self.x_axis, self.y_axis, self.view = (
            QComboBox(),
            QComboBox(),
            plot("", ("step", ""), ("readout", "V")),
        )
        legend_above(self.view, columns=2)
        self._runs: list[tuple[str, StoredCurves]] = []
        self.said = label("", "faint")
        for box in (self.x_axis, self.y_axis):
            box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.x_axis.currentTextChanged.connect(lambda _: self._offer_y())
        self.y_axis.currentTextChanged.connect(lambda _: self._draw())
        layout = column()
        layout.addLayout(row(label("y"), self.y_axis, label("over x"), self.x_axis, None))
        layout.addWidget(self.view, 1)
        layout.addWidget(self.said)
        layout.setContentsMargins(4, 4, 4, 4)
        self.setLayout(layout)

    def show_runs(self, runs: Sequence[tuple[str, StoredCurves]]) -> None:
        """Draw runs, each with the name it has in the legend."""
        self._runs = list(runs)
        names = offered([run for _, run in self._runs])
        _offer(self.x_axis, names, STEP if STEP in names else ROW_NUMBER)
        self._offer_y()

    def lines(self) -> list[tuple[str, Line]]:
        """Give what is drawn, run by run."""
        x, y = self.x_axis.currentText(), self.y_axis.currentText()
        found = [(name, line(run, x, y)) for name, run in self._runs]
        return [(name, each) for name, each in found if each is not None]

    def _offer_y(self) -> None:
        _offer(self.y_axis, offered([run for _, run in self._runs], self.x_axis.currentText()), "")
        self._draw()

    def _draw(self) -> None:
        self.view.clear()
        lines = self.lines()
        for index, (name, each) in enumerate(lines):
            _draw_line(self.view, name, each, index)
        self.said.setText(self._said(lines))
        for side, box in (("bottom", self.x_axis), ("left", self.y_axis)):
            units = self._units(box.currentText())
            self.view.setLabel(side, as_html(box.currentText()), units=units)
            self.view.getAxis(side).enableAutoSIPrefix(bool(units))

    def _said(self, lines: list[tuple[str, Line]]) -> str:
        if len(self._runs) > 1 and not lines:
            return "These runs have nothing in common to draw: mark runs of the same protocol."
        return "mean over rows, and their spread" if any(each.spread is not None for _, each in lines) else ""

    def _units(self, name: str) -> str:
        found = [run.quantities[name].units for _, run in self._runs if name in run.quantities]
        return found[0] if found else ""


def _offer(box: QComboBox, names: list[str], first: str) -> None:
    """Offer names; what was chosen stays chosen where it is still there."""
    if names == [box.itemText(i) for i in range(box.count())]:
        return
    before = box.currentText()
    box.blockSignals(True)
    box.clear()
    box.addItems(names)
    box.setCurrentText(before if before in names else first or (names[0] if names else ""))
    box.blockSignals(False)


def _draw_line(view: pg.PlotWidget, name: str, each: Line, index: int) -> None:
    """Draw one run: colour and dashes, or colour and symbol, tell it from the others."""
    if each.spread is not None:
        edges = [pg.PlotCurveItem(each.x, each.y + sign * each.spread, pen=None) for sign in (-1, 1)]
        view.addItem(pg.FillBetweenItem(*edges, brush=faded(curve_colour(index), SPREAD_ALPHA)))
    if each.joined:
        view.plot(each.x, each.y, pen=curve_pen(index, 1.5, dashed=True), name=as_html(name))
        return
    dots = {
        "symbol": curve_mark(index),
        "symbolSize": 5,
        "symbolPen": None,
        "symbolBrush": curve_colour(index),
    }
    view.plot(each.x, each.y, pen=None, name=as_html(name), **dots)
