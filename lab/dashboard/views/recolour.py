"""Change the colours of plots that are there already."""

import pyqtgraph as pg
from nado_lab.lab.dashboard.views.theme import Theme, faded
from nado_lab.lab.dashboard.views.widgets import item_of
from PyQt6.QtWidgets import QWidget

LEGEND_ALPHA = 215


def recolour(window: QWidget, theme: Theme) -> None:
    """Give every plot in `window` the colours of a theme."""
    for view in window.findChildren(pg.GraphicsView):
        view.setBackground(theme.base)
    for plot in window.findChildren(pg.PlotWidget):
        item = item_of(plot)
        for side in ("left", "bottom"):
            item.getAxis(side).setTextPen(theme.text)
            item.getAxis(side).setPen(theme.faint)
        for text in item.items:
            if isinstance(text, pg.TextItem):
                text.setColor(theme.text)
        if item.legend is not None:
            item.legend.setLabelTextColor(theme.text)
            for _, name in item.legend.items:
                name.setText(name.text)  # draws it again, in the new colour
            item.legend.setBrush(faded(theme.base, LEGEND_ALPHA))
