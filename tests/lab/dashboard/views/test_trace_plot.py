import numpy as np
import pytest

pytest.importorskip("PyQt6.QtWidgets", exc_type=ImportError)


@pytest.fixture
def plot(qtbot):
    from nado_lab.lab.dashboard.models.live import Signal
    from nado_lab.lab.dashboard.models.trace import Trace
    from nado_lab.lab.dashboard.views.trace_plot import TracePlot

    made = TracePlot("readout")
    qtbot.addWidget(made)
    made.resize(600, 300)
    made.show()
    made.trace = Trace(100_000, step=0.01)
    made.set_signals([Signal("a", "V", made.trace)])
    return made


def test_it_follows_the_newest_data_within_its_window(plot):
    plot.window_s = 5.0
    plot.trace.append(np.sin(np.arange(2000)))
    plot.refresh()
    low, high = plot.getViewBox().viewRange()[0]
    assert (low, high) == pytest.approx((15.0, 20.0))


def test_all_values_are_in_view(plot):
    plot.trace.append(np.linspace(-3, 8, 500))
    plot.refresh()
    low, high = plot.getViewBox().viewRange()[1]
    assert -4 < low <= -3
    assert 8 <= high < 9


def test_zooming_by_hand_holds_the_view_until_it_follows_again(plot):
    plot.trace.append(np.zeros(1000))
    plot.refresh()
    plot.getViewBox().setXRange(1, 2, padding=0)
    plot.getViewBox().sigRangeChangedManually.emit([True, True])
    plot.trace.append(np.zeros(1000))
    plot.refresh()
    assert plot.getViewBox().viewRange()[0] == pytest.approx([1, 2])
    plot.automatic()
    plot.refresh()
    assert plot.getViewBox().viewRange()[0][1] == pytest.approx(20.0)


def test_the_crosshair_reads_with_units(plot):
    from PyQt6.QtCore import QPointF

    text = plot._cross.read(QPointF(0.5, 0.002))
    assert "500 ms" in text
    assert "2 mV" in text


def test_the_label_of_the_axis_has_the_unit_of_the_data(plot):
    assert plot.getAxis("left").labelUnits == "V"


def test_monitors_of_different_units_share_no_axis(qtbot):
    from nado_lab.lab.dashboard.models.live import Signal
    from nado_lab.lab.dashboard.models.trace import Trace
    from nado_lab.lab.dashboard.views.strips import Strips

    strips = Strips()
    qtbot.addWidget(strips)
    currents = [Signal(name, "A", Trace(100)) for name in ("x", "y")]
    strips.set_signals([*currents, Signal("sample", "K", Trace(100))])
    strips.show()
    assert [chart.getAxis("left").labelUnits for chart in strips.charts] == ["A", "K"]
    assert [len(chart._signals) for chart in strips.charts] == [2, 1]
    strips.set_signals(currents)
    assert [chart.isVisible() for chart in strips.charts] == [True, False]


def test_every_curve_that_shows_bears_a_mark_of_its_own(qtbot):
    from nado_lab.lab.dashboard.models.live import Signal
    from nado_lab.lab.dashboard.models.trace import Trace
    from nado_lab.lab.dashboard.views.trace_plot import TracePlot

    plot = TracePlot("readout")
    qtbot.addWidget(plot)
    plot.show()
    signals = [Signal(name, "V", Trace(1000)) for name in "abc"]
    plot.set_signals(signals)
    for number, signal in enumerate(signals):
        signal.trace.append(np.full(50, float(number)))
    plot.refresh()
    assert list(plot._marks.data["symbol"]) == ["o", "s", "t"]
    assert list(plot._marks.data["y"]) == [0, 1, 2]
    plot._curves[1].setVisible(False)
    plot.refresh()
    assert list(plot._marks.data["symbol"]) == ["o", "t"]
