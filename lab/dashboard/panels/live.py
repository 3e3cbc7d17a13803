"""What is measured now: input, raw samples and readout over time; repeats step by step; loops."""

import time

import numpy as np
from nado_lab.channels import ChannelAxis
from nado_lab.lab.dashboard.models.events import JobChanged, RowArrived, RunEnded, RunStarted
from nado_lab.lab.dashboard.models.live import LiveRun, monotonic
from nado_lab.lab.dashboard.views.hub import Hub
from nado_lab.lab.dashboard.views.spectra_map import Spectra, SpectraMap, Waterfall
from nado_lab.lab.dashboard.views.steps_plot import StepsPlot
from nado_lab.lab.dashboard.views.strips import Strips
from nado_lab.lab.dashboard.views.trace_plot import TracePlot
from nado_lab.lab.dashboard.views.widgets import button, label, row
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QCheckBox, QComboBox, QSplitter, QTabWidget, QVBoxLayout, QWidget

WINDOWS = {"all": 0, "last 50 steps": 50, "last 200 steps": 200, "last 1000 steps": 1000}
MEASURING = ("run", "deploy", "loop")
LABELS = {
    "input": "applied",
    "waveform": "raw samples",
    "readout": "readout",
    "rows": "values",
}


class LivePanel(QWidget):
    """Draw the run that is going on, from memory."""

    def __init__(self, hub: Hub) -> None:
        super().__init__()
        self.run: LiveRun | None = None
        self._new = self._going = False
        self.plots = {name: TracePlot(text) for name, text in LABELS.items()}
        self.plots["rows"].setLabel("bottom", "row", units="")
        self.span, self.centred = QComboBox(), QCheckBox("centred")
        self.title, self.expected = label("nothing measured yet", "line"), label("", "line")
        self.monitors = Strips()
        self.steps, self.map, self.waterfall = StepsPlot(), SpectraMap(), Waterfall()
        self._lay_out()
        hub.listen(RunStarted, self.start)
        hub.listen(RowArrived, self.take)
        hub.listen(RunEnded, lambda event: self._end())
        hub.listen(JobChanged, self._job)
        hub.each_frame(self.refresh)

    def start(self, event: RunStarted) -> None:
        """Show a new run."""
        self.run, self._going = LiveRun(event), True
        for name, each in self.plots.items():
            each.set_signals(self.run.panels.get(name, []))
            each.setVisible(name in self.run.panels)
        self.monitors.set_signals(self.run.panels.get("monitor", []))
        self._set_window(self.span.currentText())
        self.steps.set_channels(event.channels, event.units, event.ports)
        for page in (self.map, self.waterfall):
            self.tabs.setTabEnabled(self.tabs.indexOf(page), self.run.is_spectral)
        self.map.automatic()
        trials = {0: "", 1: ", 1 trial"}.get(event.rows, f", {event.rows} trials")
        self.title.setText(f"{event.protocol}{trials}")

    def _end(self) -> None:
        """Expect no more data."""
        self._going = False

    def _job(self, event: JobChanged) -> None:
        if event.kind in MEASURING and event.state not in ("waiting", "running"):
            self._end()

    def take(self, event: RowArrived) -> None:
        """Take one row."""
        if self.run:
            self.run.take(event)
            self._new = True

    def refresh(self) -> None:
        """Draw what is new."""
        self.expected.setText(self.run.pace.text(time.monotonic()) if self.run and self._going else "")
        for each in (*self.plots.values(), self.monitors):
            each.refresh()
        if not (self._new and self.run):
            return
        if self.steps.isVisible():
            self._new = False
            self.steps.show_trials(self.run.repeats())
        if (self.map.isVisible() or self.waterfall.isVisible()) and self.run.trials:
            self._new = False
            self._draw_spectra(self.run)

    def _draw_spectra(self, run: LiveRun) -> None:
        values, inputs = run.spectra()
        axis = run.start.axis or ChannelAxis("channel", "", tuple(map(float, range(values.shape[1]))))
        swept, port = (inputs, run.start.ports[0]) if run.start.ports and monotonic(inputs) else (None, None)
        spectra = Spectra(values.astype(np.float32), axis, run.start.units[0], swept, port)
        if self.map.isVisible():
            self.map.show_map(spectra)
        else:
            self.waterfall.show_spectra(spectra)

    def follow(self) -> None:
        """Show the newest data again, after zooming."""
        for each in (*self.plots.values(), self.monitors):
            each.automatic()
        self.map.automatic()

    def _lay_out(self) -> None:
        self.span.addItems(list(WINDOWS))
        self.span.currentTextChanged.connect(self._set_window)
        self.span.setCurrentText("last 200 steps")
        self.centred.setToolTip("Draw every curve about its own mean, to see small changes.")
        self.centred.toggled.connect(self._centre)
        self.centred.setChecked(True)
        follow = button("Follow", self.follow, "Show the newest data again (F)")
        splitter = QSplitter(Qt.Orientation.Vertical)
        for name in ("input", "waveform", "readout", "rows"):
            splitter.addWidget(self.plots[name])
        self.plots["waveform"].setXLink(self.plots["input"])
        self.plots["readout"].setXLink(self.plots["input"])
        self.plots["rows"].hide()
        for name in ("input", "waveform"):
            self.plots[name].showLabel("bottom", False)
        tabs = QTabWidget()
        tabs.addTab(splitter, "Over time")
        tabs.addTab(self.steps, "Step by step")
        tabs.addTab(self.map, "Map")
        tabs.addTab(self.waterfall, "Waterfall")
        tabs.addTab(self.monitors, "Monitors")
        tabs.currentChanged.connect(self._turned)
        self.tabs = tabs
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4, 4, 4, 4)
        layout.addLayout(
            row(self.title, self.expected, None, label("window"), self.span, self.centred, follow)
        )
        layout.addWidget(tabs, 1)

    def _turned(self, index: int) -> None:
        self._new = True

    def _set_window(self, text: str) -> None:
        step_s = self.run.start.step_s if self.run else 0.0
        for name in ("input", "waveform", "readout"):
            self.plots[name].window_s = WINDOWS[text] * step_s
            self.plots[name].automatic()

    def _centre(self, on: bool) -> None:
        self.plots["readout"].centred = self.plots["waveform"].centred = on
