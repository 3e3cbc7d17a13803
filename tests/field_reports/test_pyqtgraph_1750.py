"""pyqtgraph/pyqtgraph 1750: what stands behind "<" in the name of a curve was not shown."""

import pytest

pytest.importorskip("PyQt6.QtWidgets")


@pytest.fixture
def plot(qtbot):
    """Give a plot that outlives the events after the test: Qt crashes where Python lets go of it before."""
    from nado_lab.lab.dashboard.models.live import Signal
    from nado_lab.lab.dashboard.models.trace import Trace
    from nado_lab.lab.dashboard.views.trace_plot import TracePlot

    made = TracePlot("readout")
    qtbot.addWidget(made)
    made.set_signals([Signal("I <3 A & more", "A", Trace(100))])
    return made


def test_the_whole_name_is_in_the_legend(plot):
    from PyQt6.QtGui import QTextDocument

    seen = QTextDocument()
    ((_, label),) = plot.legend.items
    seen.setHtml(label.text)
    assert seen.toPlainText() == "I <3 A & more"
