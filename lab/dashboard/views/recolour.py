"""Change the colours of plots that are there already."""

import pyqtgraph as pg
from nado_lab.lab.dashboard.views.theme import Theme, faded
from PyQt6.QtWidgets import QWidget

LEGEND_ALPHA = 215


def recolour(window: QWidget, theme: Theme) -> None:
    """Give every plot in `window` the colours of a theme, which has been applied before (`theme.apply`)."""
    for view in window.findChildren(pg.GraphicsView):
        view.setBackground(theme.base)
        for item in view.items():
            _recolour(item, theme)


def _recolour(item: object, theme: Theme) -> None:
    if isinstance(item, pg.AxisItem):
        item.setTextPen(theme.text)
        item.setPen(theme.faint)
    elif isinstance(item, pg.TextItem):
        item.setColor(theme.text)
    elif isinstance(item, pg.LegendItem):
        item.setLabelTextColor(theme.text)
        item.setBrush(faded(theme.base, LEGEND_ALPHA))
        for _, name in item.items:
            name.setText(name.text)  # draws it again, in the new colour
    elif isinstance(item, pg.LabelItem) and item.opts["color"] is None:  # a title, in the foreground's colour
        item.setText(item.text)
