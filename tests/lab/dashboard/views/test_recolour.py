import pyqtgraph as pg
import pytest
from nado_lab.lab.dashboard.views.recolour import recolour
from nado_lab.lab.dashboard.views.theme import DARK, LIGHT, apply
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
