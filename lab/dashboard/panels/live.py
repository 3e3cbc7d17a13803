"""What is measured now: field, raw voltage and harmonics over time; repeats step by step; loops."""

import numpy as np
import pyqtgraph as pg
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QCheckBox, QComboBox, QSplitter, QTabWidget, QVBoxLayout, QWidget

from lab.dashboard.models.events import RowArrived, RunStarted
from lab.dashboard.models.live import LiveRun
from lab.dashboard.views.hub import Hub
from lab.dashboard.views.spectra_map import SpectraMap
from lab.dashboard.views.theme import curve_colour, faded
from lab.dashboard.views.trace_plot import TracePlot
from lab.dashboard.views.widgets import button, label, plot, row

WINDOWS = {"all": 0, "last 50 steps": 50, "last 200 steps": 200, "last 1000 steps": 1000}
LABELS = {
    "field": "field",
    "waveform": "raw voltage",
    "readout": "harmonics",
    "rows": "values",
    "monitor": "monitors",
}


class LivePanel(QWidget):
    """Draw the run that is going on, from memory."""

    def __init__(self, hub: Hub) -> None:
        super().__init__()
        self.run: LiveRun | None = None
        self._new = False
        self.plots = {name: TracePlot(text) for name, text in LABELS.items()}
        self.plots["rows"].setLabel("bottom", "row", units="")
        self.plots["monitor"].setLabel("bottom", "reading, one a second", units="")
        self.span, self.centred = QComboBox(), QCheckBox("centred")
        self.title = label("nothing measured yet", "line")
        self.steps, self.map = StepsPlot(), SpectraMap()
        self._lay_out()
        hub.listen(RunStarted, self.start)
        hub.listen(RowArrived, self.take)
        hub.each_frame(self.refresh)

    def start(self, event: RunStarted) -> None:
        """Show a new run."""
        self.run = LiveRun(event)
        for name, each in self.plots.items():
            each.set_signals(self.run.panels.get(name, []))
            if name != "monitor":
                each.setVisible(name in self.run.panels)
        self._set_window(self.span.currentText())
        self.steps.set_channels(event.channels, event.units)
        self.tabs.setTabEnabled(self.tabs.indexOf(self.map), self.run.is_spectral)
        self.title.setText(f"{event.protocol}, {event.rows} trials" if event.rows else event.protocol)

    def take(self, event: RowArrived) -> None:
        """Take one row."""
        if self.run:
            self.run.take(event)
            self._new = True

    def refresh(self) -> None:
        """Draw what is new."""
        for each in self.plots.values():
            each.refresh()
        if not (self._new and self.run):
            return
        if self.steps.isVisible():
            self._new = False
            self.steps.show_trials(self.run.repeats())
        if self.map.isVisible() and self.run.spectra:
            self._new = False
            start = self.run.start
            self.map.show_map(np.concatenate(self.run.spectra), start.channels, start.units[0])

    def follow(self) -> None:
        """Show the newest data again, after zooming."""
        for each in self.plots.values():
            each.automatic()

    def _lay_out(self) -> None:
        self.span.addItems(list(WINDOWS))
        self.span.currentTextChanged.connect(self._set_window)
        self.span.setCurrentText("last 200 steps")
        self.centred.setToolTip("Draw every curve about its own mean, to see small changes.")
        self.centred.toggled.connect(self._centre)
        self.centred.setChecked(True)
        follow = button("Follow", self.follow, "Show the newest data again (F)")
        splitter = QSplitter(Qt.Orientation.Vertical)
        for name in ("field", "waveform", "readout", "rows"):
            splitter.addWidget(self.plots[name])
        self.plots["waveform"].setXLink(self.plots["field"])
        self.plots["readout"].setXLink(self.plots["field"])
        self.plots["rows"].hide()
        for name in ("field", "waveform"):
            self.plots[name].showLabel("bottom", False)
        tabs = QTabWidget()
        tabs.addTab(splitter, "Over time")
        tabs.addTab(self.steps, "Step by step")
        tabs.addTab(self.map, "Map")
        tabs.addTab(self.plots["monitor"], "Monitors")
        self.tabs = tabs
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.addLayout(row(self.title, None, label("window"), self.span, self.centred, follow))
        layout.addWidget(tabs, 1)

    def _set_window(self, text: str) -> None:
        step_s = self.run.start.step_s if self.run else 0.0
        for name in ("field", "waveform", "readout"):
            self.plots[name].window_s = WINDOWS[text] * step_s
            self.plots[name].automatic()

    def _centre(self, on: bool) -> None:
        self.plots["readout"].centred = self.plots["waveform"].centred = on


class StepsPlot(QWidget):
    """Draw the newest sequence: every repeat and their mean over steps, and the readout against the field."""

    def __init__(self) -> None:
        super().__init__()
        self.channel = QComboBox()
        self.over_steps = plot("", ("step", ""), ("readout", "V"))
        self.against_field = plot("", ("field", "T"), ("readout", "V"))
        self._repeats = [self.over_steps.plot(pen=pg.mkPen(faded(curve_colour(0), 90))) for _ in range(32)]
        self._mean = self.over_steps.plot(pen=pg.mkPen(curve_colour(1), width=2))
        self._loop = pg.ScatterPlotItem(size=4, pen=None, brush=pg.mkBrush(faded(curve_colour(0), 150)))
        self.against_field.addItem(self._loop)
        self._trials: list[tuple[int, np.ndarray, np.ndarray]] = []
        self.channel.currentIndexChanged.connect(lambda _: self.show_trials(self._trials))
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.addWidget(self.over_steps)
        splitter.addWidget(self.against_field)
        splitter.setSizes([600, 400])
        layout = QVBoxLayout(self)
        layout.addLayout(row(label("channel"), self.channel, None))
        layout.addWidget(splitter, 1)

    def set_channels(self, channels: tuple[str, ...], units: tuple[str, ...]) -> None:
        """Offer other channels."""
        self._trials = []
        self.channel.clear()
        self.channel.addItems(list(channels))
        for each in (self.over_steps, self.against_field):
            each.setLabel("left", "readout", units=units[0] if units else "")

    def show_trials(self, trials: list[tuple[int, np.ndarray, np.ndarray]]) -> None:
        """Draw trials (sequence, field (step,), readout (step, channel)) of one sequence."""
        self._trials, channel = trials, max(self.channel.currentIndex(), 0)
        readouts = [readout[:, channel] for _, _, readout in trials[-len(self._repeats) :]]
        for curve, values in zip(self._repeats, readouts, strict=False):
            curve.setData(values)
        for curve in self._repeats[len(readouts) :]:
            curve.setData([])
        if readouts:
            self._mean.setData(np.mean(readouts, axis=0))
            fields = np.concatenate([field for _, field, _ in trials[-len(readouts) :]])
            self._loop.setData(x=fields, y=np.concatenate(readouts))
            self.over_steps.setTitle(f"sequence {trials[-1][0]}: {len(readouts)} repeat(s) and their mean")
