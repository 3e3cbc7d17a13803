"""Bars with names under them and intervals on top."""

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from nado_lab.lab.dashboard.views.as_text import as_html
from nado_lab.lab.dashboard.views.theme import curve_colour, wide, worn
from nado_lab.lab.dashboard.views.widgets import leave_room

MOST_NAMES = 10


class BarPlot(pg.PlotWidget):
    """Draw bars (name, value, half interval)."""

    def __init__(self, label: str) -> None:
        super().__init__()
        leave_room(self)
        self._box = self.getViewBox()
        self.setLabel("left", label)
        self.getAxis("left").enableAutoSIPrefix(False)
        self.showGrid(y=True, alpha=0.15)
        self.setMouseEnabled(x=False, y=False)

    def show_bars(self, bars: Sequence[tuple[str, float, float]], title: str) -> None:
        """Show other bars."""
        self.clear()
        self.setTitle(as_html(title), size="9pt")
        if not bars:
            return
        places, heights = list(range(len(bars))), [value for _, value, _ in bars]
        few = len(bars) <= 3
        colours = [curve_colour(i if few else 0) for i in places]
        self.addItem(pg.BarGraphItem(x=places, height=heights, width=0.5, brushes=colours, pens=colours))
        if any(half for _, _, half in bars):
            halves = np.array([2 * half for _, _, half in bars])
            pen = pg.mkPen(worn().text, width=wide(2))
            self.addItem(
                pg.ErrorBarItem(x=np.array(places), y=np.array(heights), height=halves, beam=0.1, pen=pen)
            )
        if few:
            for place, (_, value, _) in enumerate(bars):
                text = pg.TextItem(f"{value:.3f}", anchor=(-0.3, 1.1), color=worn().text)
                text.setPos(place, value)
                self.addItem(text)
        every = -(-len(bars) // MOST_NAMES)
        self.getAxis("bottom").setTicks([[(i, bars[i][0]) for i in places[::every]]])
        self._box.setXRange(-0.7, max(len(bars) - 0.3, 0.7), padding=0)
        top = max([value + half for _, value, half in bars])
        self._box.setYRange(0, 1.15 * top or 1.0, padding=0)
