"""pyqtgraph/pyqtgraph 1750: what stands behind "<" in the name of a curve was not shown."""

import pytest

pytest.importorskip("PyQt6.QtWidgets")


def test_the_whole_name_is_in_the_legend(qtbot):
    from nado_lab.lab.dashboard.models.live import Signal
    from nado_lab.lab.dashboard.models.trace import Trace
    from nado_lab.lab.dashboard.views.trace_plot import TracePlot
    from PyQt6.QtGui import QTextDocument

    plot, seen = TracePlot("readout"), QTextDocument()
    qtbot.addWidget(plot)
    plot.set_signals([Signal("I <3 A & more", "A", Trace(100))])
    ((_, label),) = plot.legend.items
    seen.setHtml(label.text)
    assert seen.toPlainText() == "I <3 A & more"
