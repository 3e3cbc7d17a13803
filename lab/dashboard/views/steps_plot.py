"""One sequence step by step: its repeats and their mean, and the readout against the input, up and down."""

import numpy as np
import pyqtgraph as pg
from nado_lab.lab.dashboard.views.as_text import as_html
from nado_lab.lab.dashboard.views.theme import curve_colour, curve_mark, curve_pen, faded, wide
from nado_lab.lab.dashboard.views.widgets import label, plot, row
from nado_lab.port import Port
from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QComboBox, QSplitter, QVBoxLayout, QWidget

MOST_REPEATS = 32
RISING, FALLING = 0, 1
BRANCHES = {RISING: "rising", FALLING: "falling"}
Trials = list[tuple[int, np.ndarray, np.ndarray]]


class StepsPlot(QWidget):
    """Draw the newest sequence. An input that is swept up and down so becomes a hysteresis loop."""

    def __init__(self) -> None:
        super().__init__()
        self.channel = QComboBox()
        self.over_steps = plot("", ("step", ""), ("readout", "V"))
        self.against_input = plot("", ("input", ""), ("readout", "V"))
        self.against_input.setTitle(_legend(), size="9pt")
        pen = pg.mkPen(faded(curve_colour(0), 90), width=wide(1))
        self._repeats = [self.over_steps.plot(pen=pen) for _ in range(MOST_REPEATS)]
        self._mean = self.over_steps.plot(pen=curve_pen(1, 2))
        self.branches = [self._branch(which) for which in BRANCHES]
        self._trials: Trials = []
        self.channel.currentIndexChanged.connect(lambda _: self.show_trials(self._trials))
        splitter = QSplitter(Qt.Orientation.Horizontal)
        splitter.addWidget(self.over_steps)
        splitter.addWidget(self.against_input)
        splitter.setSizes([500, 500])
        layout = QVBoxLayout(self)
        layout.addLayout(row(label("channel"), self.channel, None))
        layout.addWidget(splitter, 1)

    def set_channels(
        self, channels: tuple[str, ...], units: tuple[str, ...], ports: tuple[Port, ...] = ()
    ) -> None:
        """Offer other channels; the input is that of the first of the ports."""
        if ports:
            self.against_input.setLabel(
                "bottom", as_html(ports[0].quantity or ports[0].name), units=as_html(ports[0].unit)
            )
            self.against_input.getAxis("bottom").enableAutoSIPrefix(bool(ports[0].unit))
        self._trials = []
        self.channel.clear()
        self.channel.addItems(list(channels))
        for each in (self.over_steps, self.against_input):
            each.setLabel("left", "readout", units=as_html(units[0]) if units else "")

    def show_trials(self, trials: Trials) -> None:
        """Draw trials (sequence, input (step,), readout (step, channel)) of one sequence."""
        self._trials, channel = trials, max(self.channel.currentIndex(), 0)
        readouts = [readout[:, channel] for _, _, readout in trials[-MOST_REPEATS:]]
        for curve, values in zip(self._repeats, readouts, strict=False):
            curve.setData(values)
        for curve in self._repeats[len(readouts) :]:
            curve.setData([])
        if readouts:
            self._mean.setData(np.mean(readouts, axis=0))
            self._draw_branches([each for _, each, _ in trials[-MOST_REPEATS:]], readouts)
            told = "1 passage" if len(readouts) == 1 else f"{len(readouts)} passages and their mean"
            self.over_steps.setTitle(f"sequence {trials[-1][0]}: {told}", size="9pt")

    def _branch(self, which: int) -> pg.PlotDataItem:
        dots = {
            "symbol": curve_mark(which),
            "symbolSize": 5,
            "symbolPen": None,
            "symbolBrush": curve_colour(which),
        }
        return self.against_input.plot(pen=None, connect="finite", **dots)

    def _draw_branches(self, inputs: list[np.ndarray], readouts: list[np.ndarray]) -> None:
        """Draw the steps that follow a rise and those that follow a fall; joined where the input is swept."""
        x, y = np.concatenate(inputs), np.concatenate(readouts)
        change = np.concatenate([np.diff(each, prepend=2 * each[0] - each[1]) for each in inputs])
        swept = is_swept(inputs[0])
        for which, sign in ((RISING, 1), (FALLING, -1)):
            there = change * sign > 0
            values = np.where(there, y, np.nan) if swept else y[there]
            pen = curve_pen(which) if swept else None
            self.branches[which].setData(x if swept else x[there], values, connect="finite")
            self.branches[which].setPen(pen)


def _legend() -> str:
    texts = [f'<span style="color:{curve_colour(which)}">●</span> {name}' for which, name in BRANCHES.items()]
    return " · ".join(texts)


def is_swept(inputs: np.ndarray) -> bool:
    """Say whether inputs (step,) go up and down in long runs, as those of a loop do."""
    turns = np.count_nonzero(np.diff(np.sign(np.diff(inputs))))
    return len(inputs) > 4 and bool(turns < len(inputs) / 8)
