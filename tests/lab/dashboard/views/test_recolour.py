import numpy as np
import pyqtgraph as pg
import pytest
from nado_lab.lab.dashboard.views.recolour import recolour
from nado_lab.lab.dashboard.views.theme import DARK, LIGHT, apply, faded
from PyQt6.QtWidgets import QVBoxLayout, QWidget


@pytest.fixture
def application():
    shown = pg.mkQApp()
    yield shown
    apply(DARK, shown)


@pytest.mark.parametrize("within_layout", [False, True])
def test_the_title_axes_and_legend_of_a_plot_take_the_new_colours(application, within_layout):
    apply(DARK, application)
    window = QWidget()
    widget = pg.GraphicsLayoutWidget() if within_layout else pg.PlotWidget()
    QVBoxLayout(window).addWidget(widget)
    plot = widget.addPlot() if within_layout else widget.getPlotItem()
    plot.setTitle("held-out loss")
    plot.addLegend()
    plot.plot([0, 1], name="mean")
    apply(LIGHT, application)
    recolour(window, LIGHT)
    for label in (plot.titleLabel, plot.legend.items[0][1]):
        assert LIGHT.text.lower() in label.item.toHtml()
    assert plot.getAxis("left").textPen().color() == pg.mkColor(LIGHT.text)
    assert widget.backgroundBrush().color() == pg.mkColor(LIGHT.base)


def colours_of(item):
    """Give the names of all colours that an item is drawn with."""
    if isinstance(item, pg.PlotDataItem):
        return [
            pg.mkPen(item.opts["pen"]).color().name(),
            pg.mkBrush(item.opts["symbolBrush"]).color().name(),
        ]
    if isinstance(item, pg.BarGraphItem):
        return [pg.mkColor(each).name() for each in item.opts["brushes"]]
    if isinstance(item, pg.ErrorBarItem):
        return [pg.mkPen(item.opts["pen"]).color().name()]
    if isinstance(item, pg.FillBetweenItem):
        return [item.brush().color().name()]
    return [each.color().name() for each in item.data["brush"]]


def test_what_is_drawn_takes_the_counterparts_and_comes_back(application):
    apply(DARK, application)
    window = QWidget()
    widget = pg.PlotWidget()
    QVBoxLayout(window).addWidget(widget)
    first, second = DARK.curves[:2]
    edges = [pg.PlotCurveItem([0, 1], [y, y], pen=None) for y in (0, 1)]
    items = [
        pg.PlotDataItem([0, 1], pen=pg.mkPen(first, width=2), symbol="o", symbolBrush=second),
        pg.BarGraphItem(x=[0, 1], height=[1, 2], width=0.5, brushes=[first, second], pens=[first, second]),
        pg.ErrorBarItem(x=np.array([0]), y=np.array([0]), height=np.array([1]), pen=pg.mkPen(DARK.text)),
        pg.FillBetweenItem(*edges, brush=faded(first, 60)),
        pg.ScatterPlotItem([{"pos": (0, 0), "brush": first}, {"pos": (1, 1), "brush": second}]),
    ]
    for item in items:
        widget.addItem(item)
    before = [colours_of(item) for item in items]
    apply(LIGHT, application)
    recolour(window, LIGHT)
    one, other = (shade.lower() for shade in LIGHT.curves[:2])
    assert [colours_of(item) for item in items] == [
        [one, other], [one, other], [LIGHT.text.lower()], [one], [one, other],
    ]  # fmt: skip
    assert items[0].opts["pen"].widthF() == 2
    assert items[3].brush().color().alpha() == 60
    apply(DARK, application)
    recolour(window, DARK)
    assert [colours_of(item) for item in items] == before


def test_colours_within_a_title_change_too(application):
    apply(DARK, application)
    window = QWidget()
    widget = pg.PlotWidget(title=f'<span style="color:{DARK.curves[0]}">●</span> rising')
    QVBoxLayout(window).addWidget(widget)
    apply(LIGHT, application)
    recolour(window, LIGHT)
    assert LIGHT.curves[0].lower() in widget.getPlotItem().titleLabel.text.lower()
