"""Strip charts of the monitored quantities: one chart a unit, so that amperes and kelvins share no axis."""

from collections.abc import Sequence
from itertools import zip_longest

from nado_lab.lab.dashboard.models.live import Signal
from nado_lab.lab.dashboard.views.as_text import as_html
from nado_lab.lab.dashboard.views.trace_plot import TracePlot
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QSplitter

NAMES = {"A": "current", "V": "voltage", "K": "temperature", "T": "field"}


class Strips(QSplitter):
    """Draw signals over their readings."""

    def __init__(self) -> None:
        super().__init__(Qt.Orientation.Vertical)
        self.charts: list[TracePlot] = []

    def set_signals(self, signals: Sequence[Signal]) -> None:
        """Show other signals."""
        units = list(dict.fromkeys(signal.units for signal in signals))
        for chart, unit in zip_longest(self.charts[:], units):
            if chart is None:
                chart = TracePlot("", x_label="time since the run began", x_units="s")
                self.charts.append(chart)
                self.addWidget(chart)
            chart.setVisible(unit is not None)
            chart.setLabel("left", as_html(NAMES.get(unit or "", unit or "")))
            chart.set_signals([signal for signal in signals if signal.units == unit])

    def automatic(self) -> None:
        """Follow the newest readings."""
        for chart in self.charts:
            chart.automatic()

    def refresh(self) -> None:
        """Draw what is new."""
        for chart in self.charts:
            chart.refresh()
