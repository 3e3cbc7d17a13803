"""A plot of long live curves: follows the newest data, zooms, reads off values; costs only its pixels."""

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from nado_lab.lab.dashboard.models.live import Signal
from nado_lab.lab.dashboard.views.as_text import as_html
from nado_lab.lab.dashboard.views.legend import legend_above
from nado_lab.lab.dashboard.views.theme import curve_colour, curve_mark, curve_pen, wide
from nado_lab.lab.dashboard.views.widgets import item_of, leave_room
from PyQt6.QtCore import QPointF

MARGIN, FLAT = 0.06, 1e-3
MARK_PX, MARK_AT, MARK_APART = 9, 0.985, 0.035
"""Every curve bears its mark near the right end, each a little before the last one's, in shares of the width:
curves differ in more than their colours.
"""


class TracePlot(pg.PlotWidget):
    """Draw signals over time. `follow` keeps the last `window_s` seconds in view until somebody zooms."""

    def __init__(self, label: str, units: str = "", x_label: str = "device time", x_units: str = "s") -> None:
        super().__init__()
        self._item = item_of(self)
        self.setLabel("left", label, units=units)
        self.setLabel("bottom", x_label, units=x_units)
        self.getAxis("left").setWidth(72)
        self.hideButtons()
        leave_room(self)
        self.setViewportUpdateMode(pg.QtWidgets.QGraphicsView.ViewportUpdateMode.FullViewportUpdate)
        self.follow, self.auto_y, self.centred, self.window_s = True, True, False, 0.0
        self._signals: list[Signal] = []
        self._shown: tuple[object, ...] = ()
        self._curves: list[pg.PlotCurveItem] = []
        self.legend = legend_above(self)
        self._marks = pg.ScatterPlotItem(size=MARK_PX, pen=None)
        self._item.addItem(self._marks, ignoreBounds=True)
        self._cross = Crosshair(self)
        self.getViewBox().sigRangeChangedManually.connect(self._taken_over)

    def set_signals(self, signals: Sequence[Signal]) -> None:
        """Show other signals."""
        for curve in self._curves:
            self.removeItem(curve)
        self._signals = list(signals)
        self._curves = [self._curve(i, signal.name) for i, signal in enumerate(signals)]
        if signals:
            self.setLabel("left", self.getAxis("left").labelText, units=as_html(_unit(signals[0].units)))
        self.automatic()

    def automatic(self) -> None:
        """Go back to following the newest data on both axes."""
        self.follow = self.auto_y = True
        self._shown = ()

    def refresh(self) -> None:
        """Draw what is in view now."""
        if not self._signals or not self.isVisible():
            return
        if self.follow:
            self._advance()
        low, high = self.getViewBox().viewRange()[0]
        bins = max(64, int(self.getViewBox().width()))
        shown = (low, high, bins, self.centred, *(s.trace.count for s in self._signals), *self._on())
        if shown == self._shown:
            return
        self._shown = shown
        bounds = [
            self._draw(curve, signal, low, high, bins)
            for curve, signal in zip(self._curves, self._signals, strict=True)
            if curve.isVisible()
        ]
        self._mark(low, high - low)
        self._fit_y([each for each in bounds if each])

    def _on(self) -> list[bool]:
        """Say which curves the legend leaves visible."""
        return [curve.isVisible() for curve in self._curves]

    def _curve(self, index: int, name: str) -> pg.PlotCurveItem:
        curve = pg.PlotCurveItem(pen=curve_pen(index), name=as_html(name), skipFiniteCheck=True)
        curve.opts |= {"symbol": curve_mark(index), "size": MARK_PX, "brush": curve_colour(index)}  # legend's
        curve.setSegmentedLineMode("auto")
        self._item.addItem(curve, ignoreBounds=True)
        return curve

    def _mark(self, low: float, width: float) -> None:
        """Put the mark of every curve that shows on it, at its last point before the mark's place."""
        spots = []
        for index, curve in enumerate(self._curves):
            x, y = curve.getData()
            at = low + (MARK_AT - MARK_APART * index) * width
            if curve.isVisible() and x is not None and y is not None and len(x):
                place = max(int(np.searchsorted(x, at, side="right")) - 1, 0)
                spots.append(
                    {"pos": (x[place], y[place]), "symbol": curve_mark(index), "brush": curve_colour(index)}
                )
        self._marks.setData(spots)

    def _advance(self) -> None:
        oldest, newest = self._signals[0].trace.span
        if self.window_s:
            oldest = max(oldest, newest - self.window_s)
        self.getViewBox().setXRange(oldest, max(newest, oldest + self._signals[0].trace.step), padding=0)

    def _draw(
        self, curve: pg.PlotCurveItem, signal: Signal, low: float, high: float, bins: int
    ) -> tuple[float, float] | None:
        x, y = signal.trace.view(low, high, bins)
        if not len(y):
            curve.setData(x, y)
            return None
        if self.centred:
            y = y - y.mean()
        curve.setData(x, y)
        return float(y.min()), float(y.max())

    def _fit_y(self, bounds: list[tuple[float, float]]) -> None:
        if not self.auto_y or not bounds:
            return
        low, high = min(b[0] for b in bounds), max(b[1] for b in bounds)
        if not (np.isfinite(low) and np.isfinite(high)):
            return
        margin = MARGIN * (high - low) or (abs(high) or FLAT) * MARGIN
        now_low, now_high = self.getViewBox().viewRange()[1]
        outside = low < now_low or high > now_high
        if outside or (now_high - now_low) > 1.5 * (high - low + 2 * margin):
            self.getViewBox().setYRange(low - margin, high + margin, padding=0)

    def _taken_over(self, axes: object = None) -> None:
        self.follow = self.auto_y = False


class Crosshair:
    """Read off the position under the mouse, with units."""

    def __init__(self, plot: pg.PlotWidget) -> None:
        self._plot = plot
        self._line = pg.InfiniteLine(angle=90, movable=False, pen=pg.mkPen("#888888", width=wide(1)))
        self._level = pg.InfiniteLine(angle=0, movable=False, pen=pg.mkPen("#888888", width=wide(1)))
        self._text = pg.LabelItem(justify="right", size="8pt")
        self._text.setParentItem(plot.getViewBox())
        self._text.anchor(itemPos=(1, 1), parentPos=(1, 1), offset=(-6, -4))
        for item in (self._line, self._level):
            item.hide()
            item_of(plot).addItem(item, ignoreBounds=True)
        moved = plot.scene().sigMouseMoved  # type: ignore[union-attr]
        self._proxy = pg.SignalProxy(moved, rateLimit=30, slot=self._moved)

    def _moved(self, arguments: tuple[QPointF]) -> None:
        inside = self._plot.getViewBox().sceneBoundingRect().contains(arguments[0])
        for item in (self._line, self._level, self._text):
            item.setVisible(inside)
        if inside:
            self.read(self._plot.getViewBox().mapSceneToView(arguments[0]))

    def read(self, point: QPointF) -> str:
        """Show and give the position of `point` (plot coordinates)."""
        self._line.setPos(point.x())
        self._level.setPos(point.y())
        parts = [
            pg.siFormat(value, precision=4, suffix=self._plot.getAxis(side).labelUnits or "")
            for side, value in (("bottom", point.x()), ("left", point.y()))
        ]
        text = " , ".join(parts)
        self._text.setText(text)
        return text


def _unit(units: str) -> str:
    """Give a unit that prefixes can be put before, none for pure numbers and mixed channels."""
    return "" if units == "1" or units.startswith("see") else units
