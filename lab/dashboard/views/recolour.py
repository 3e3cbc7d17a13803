"""Change the colours of plots that are there already."""

import re
from collections.abc import Iterable
from typing import cast

import numpy as np
import pyqtgraph as pg
from nado_lab.lab.dashboard.views.theme import Theme, as_worn, faded, wide
from PyQt6.QtGui import QBrush, QColor, QPen
from PyQt6.QtWidgets import QWidget

LEGEND_ALPHA = 215
_HEX = re.compile("#[0-9A-Fa-f]{6}")


def recolour(window: QWidget, theme: Theme) -> None:
    """Give every plot in `window` the colours of a theme, which has been applied before (`theme.apply`)."""
    for view in window.findChildren(pg.GraphicsView):
        view.setBackground(theme.base)
        for item in view.items():
            _recolour_text(item, theme)
            _recolour_drawn(item)


def _recolour_text(item: object, theme: Theme) -> None:
    if isinstance(item, pg.AxisItem):
        item.setTextPen(theme.text)
        item.setPen(pg.mkPen(theme.faint, width=wide(1)))
    elif isinstance(item, pg.TextItem):
        item.setColor(theme.text)
    elif isinstance(item, pg.LegendItem):
        item.setLabelTextColor(theme.text)
        item.setBrush(faded(theme.base, LEGEND_ALPHA))
        for _, name in item.items:
            name.setText(name.text)  # draws it again, in the new colour
    elif isinstance(item, pg.LabelItem) and item.opts["color"] is None:  # a title, in the foreground's colour
        item.setText(_HEX.sub(lambda found: as_worn(QColor(found[0])).name(), item.text))


def _recolour_drawn(item: object) -> None:
    """Draw curves, dots, bars and bands in the colours that are worn now."""
    if isinstance(item, pg.PlotDataItem):
        _recolour_data(item)
    elif isinstance(item, pg.PlotCurveItem):
        _recolour_curve(item)
    elif isinstance(item, pg.ScatterPlotItem):
        _recolour_dots(item)
    elif isinstance(item, pg.FillBetweenItem):
        item.setBrush(_brush(item.brush()))
    elif isinstance(item, pg.BarGraphItem):
        _recolour_bars(item)
    elif isinstance(item, pg.ErrorBarItem):
        item.setOpts(pen=_pen(item.opts["pen"]))


def _recolour_curve(item: pg.PlotCurveItem) -> None:
    item.setPen(_pen(item.opts["pen"]))
    if item.opts.get("symbol") is not None:  # the mark that stands for it in its legend
        item.opts["brush"] = _brush(item.opts["brush"])


def _recolour_bars(item: pg.BarGraphItem) -> None:
    for name in ("brushes", "pens"):
        given = cast("Iterable[object]", item.opts.get(name) or ())
        if shades := [as_worn(pg.mkColor(each)) for each in given]:
            item.setOpts(**{name: shades})
    if item.opts.get("brush") is not None:
        item.setOpts(brush=_brush(item.opts["brush"]))


def _recolour_data(item: pg.PlotDataItem) -> None:
    """Change what a curve with dots was made with: it makes its parts of that again with other data."""
    item.setPen(_pen(item.opts["pen"]))
    if item.opts["symbol"] is not None:
        item.setSymbolBrush(_brush(item.opts["symbolBrush"]))


def _recolour_dots(item: pg.ScatterPlotItem) -> None:
    own = cast("np.ndarray", item.data)["brush"]  # pyqtgraph's record array in place of Qt's method
    if len(own) and any(isinstance(each, QBrush) for each in own):
        default = item.opts["brush"]
        item.setBrush(np.array([_brush(each if isinstance(each, QBrush) else default) for each in own]))
    else:
        item.setBrush(_brush(item.opts["brush"]))


def _pen(given: object) -> QPen | None:
    """Give a pen in the colour that is worn; its width, opacity and dashes stay."""
    if given is None:
        return None
    pen = pg.mkPen(given)
    pen.setColor(as_worn(pen.color()))
    return pen


def _brush(given: object) -> QBrush:
    brush = pg.mkBrush(given)
    brush.setColor(as_worn(brush.color()))
    return brush
