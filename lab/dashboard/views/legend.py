"""A legend in a row of its own above the curves: it covers none of them."""

from __future__ import annotations

import pyqtgraph as pg
from nado_lab.lab.dashboard.views.widgets import grid_of, item_of
from PyQt6.QtCore import Qt

ROW_ABOVE = (1, 1)
"""Where a plot has its upper axis, which none of ours shows."""
MOST_ROWS_PX = 66


class LegendAbove(pg.LegendItem):
    """Name the curves; a click hides or shows one. Its row is as high as its names need."""

    def __init__(self, columns: int) -> None:
        super().__init__(labelTextSize="8pt", colCount=columns, frame=False)
        grid_of(self).setContentsMargins(0, 0, 0, 0)
        grid_of(self).setVerticalSpacing(-6)
        self.updateSize()

    def updateSize(self) -> None:
        """Ask the plot's layout for the room that the names need."""
        needed = grid_of(self).effectiveSizeHint(Qt.SizeHint.PreferredSize).height() if self.items else 0.0
        height = min(needed, MOST_ROWS_PX)
        self.setMinimumHeight(height)
        self.setMaximumHeight(height)
        self.setVisible(bool(self.items))
        self.updateGeometry()

    def hoverEvent(self, ev: object) -> None:
        """Stay where it is."""

    def mouseDragEvent(self, ev: object) -> None:
        """Stay where it is."""


def legend_above(view: pg.PlotWidget, columns: int = 5) -> LegendAbove:
    """Give a plot a legend above its curves; curves that are plotted by a name then appear in it."""
    item, legend = item_of(view), LegendAbove(columns)
    grid_of(item).removeItem(item.getAxis("top"))
    grid_of(item).addItem(legend, *ROW_ABOVE)
    item.legend = legend
    return legend
