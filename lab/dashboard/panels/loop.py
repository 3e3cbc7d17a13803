"""The closed loop: what it does now and why, the gap round by round."""

from pathlib import Path

import numpy as np
import pyqtgraph as pg
from nado_lab.lab.dashboard.models.events import BenchOpened, Finished, JobChanged, Progressed, RoundsRead
from nado_lab.lab.dashboard.models.looping import TEMPLATE, Looped
from nado_lab.lab.dashboard.models.session import Session
from nado_lab.lab.dashboard.models.worker import Job
from nado_lab.lab.dashboard.views.hints import Hint
from nado_lab.lab.dashboard.views.hub import Hub
from nado_lab.lab.dashboard.views.legend import legend_above
from nado_lab.lab.dashboard.views.message import Message
from nado_lab.lab.dashboard.views.theme import curve_colour, curve_mark, curve_pen, wide
from nado_lab.lab.dashboard.views.widgets import boxed, button, fill, label, plot, row, table, tell
from nado_lab.lab.loop.records import RoundRecord
from PyQt6.QtGui import QFont
from PyQt6.QtWidgets import QFileDialog, QPlainTextEdit, QProgressBar, QSplitter, QVBoxLayout, QWidget

WHY = {
    "measure": "more of the device is needed: at first broadly, later where the network drives it",
    "fit": "the twin learns the device's dynamics and noise",
    "recalibrate": "the device has drifted, or is driven where the twin did not know it",
    "train": "the network learns through the twin",
    "refine": "the network is trained on through the newer twin",
    "deploy": "the network's drives go to the device",
    "compare": "the device's answers are held against the twin's",
}


class LoopPanel(QWidget):
    """Run the loop on the connected bench."""

    def __init__(self, session: Session, hub: Hub) -> None:
        super().__init__()
        self._session = session
        self._job: Job | None = None
        self.result: Looped | None = None
        self.config = QPlainTextEdit(TEMPLATE.format(setup="sim:nanoring", seed=0))
        self.config.setFont(QFont("monospace", 9))
        self.config.setTabChangesFocus(True)
        self.config.setToolTip("What the loop is to do, as TOML; docs/loop.md names every entry.")
        self.run_button = button("Run the loop", self.run, "On the connected bench; a second press stops it")
        self.now, self.why = Message("not running", lines=2, role=""), Message(lines=2)
        self.bar = QProgressBar()
        self.bar.setToolTip("How far the stage is that runs now.")
        self.scores = plot("", ("round", ""), ("score", ""))
        self.gaps = plot("", ("round", ""), ("transfer gap, positive: worse on the device", ""))
        for each in (self.scores, self.gaps):
            legend_above(each)
        self.rounds = table(["round", "twin", "device", "gap", "±", "drift"], stretch=3)
        run = ("Run the loop", self.run)
        Hint(self.rounds, "No round yet: connect the bench that the text names, then let it run.", run)
        self._lay_out()
        hub.listen(BenchOpened, self._opened)
        hub.listen(Progressed, self._progress)
        hub.listen(RoundsRead, lambda event: self.show_rounds(event.rounds))
        hub.listen(Finished, self._finished)
        hub.listen(JobChanged, self._changed)

    def run(self) -> Job | None:
        """Run the loop that the text describes; a second press stops it."""
        if self._job is not None and not self._job.ended.is_set():
            self._job.stop()
            return self._job
        if not self._session.bench.is_open:
            tell(self, "Loop", "Connect to a setup first: the loop runs on the connected bench.")
            return None
        self._job = self._session.loop(self.config.toPlainText())
        return self._job

    def show_rounds(self, rounds: tuple[RoundRecord, ...]) -> None:
        """Show the rounds that were compared so far."""
        compared = [each.stages.compare for each in rounds if each.stages.compare]
        drifts = [each.stages.deploy.drift if each.stages.deploy else None for each in rounds]
        numbers = [each.round for each in rounds]
        cells = [
            [number, *_texts(each.twin, each.device, each.gap, each.gap_error, drift)]
            for number, each, drift in zip(numbers, compared, drifts, strict=True)
        ]
        fill(self.rounds, cells)
        x = np.array(numbers, float)
        self.scores.clear()
        self.gaps.clear()
        for index, name in enumerate(("twin", "device")):
            values = np.array([getattr(each, name) for each in compared])
            colour = curve_colour(index)
            self.scores.plot(
                x, values, pen=curve_pen(index), symbol=curve_mark(index), symbolBrush=colour, name=name
            )
        gaps, errors = np.array([[each.gap, each.gap_error] for each in compared]).reshape(-1, 2).T
        self.gaps.addItem(pg.ErrorBarItem(x=x, y=gaps, height=2 * errors, beam=0.1, pen=curve_pen(7)))
        self.gaps.plot(x, gaps, pen=curve_pen(4), symbol="o", symbolBrush=curve_colour(4), name="gap")
        for each in (self.scores, self.gaps):
            each.setXRange(-0.5, len(rounds) - 0.5)
            each.getAxis("bottom").setTicks([[(number, str(number)) for number in numbers]])
        self.gaps.addItem(pg.InfiniteLine(pos=0, angle=0, pen=pg.mkPen("#888888", width=wide(1))))

    def _lay_out(self) -> None:
        left = QVBoxLayout()
        left.addWidget(label("what the loop is to do (TOML, see docs/loop.md)", "faint"))
        left.addWidget(self.config, 1)
        left.addLayout(row(self.run_button, button("Open …", self._open, "Read a TOML file"), None))
        for widget in (self.now, self.bar, self.why):
            left.addWidget(widget)
        right, pictures = QSplitter(), QSplitter()
        right.setOrientation(pg.QtCore.Qt.Orientation.Vertical)
        pictures.addWidget(self.scores)
        pictures.addWidget(self.gaps)
        right.addWidget(pictures)
        right.addWidget(self.rounds)
        right.setSizes([420, 160])
        layout = row(boxed(left, 330))
        layout.addWidget(right, 1)
        self.setLayout(layout)

    def _open(self) -> None:
        path, _ = QFileDialog.getOpenFileName(self, "Loop", "", "Loops (*.toml)")
        if path:
            self.config.setPlainText(Path(path).read_text(encoding="utf-8"))

    def _opened(self, event: BenchOpened) -> None:
        if not self.config.document().isModified():  # type: ignore[union-attr]
            self.config.setPlainText(TEMPLATE.format(setup=event.name, seed=self._session.bench.seed))

    def _progress(self, event: Progressed) -> None:
        if event.kind != "loop":
            return
        stage, progress = event.progress.stage, event.progress
        self.now.setText(f"{stage} {progress.doing}".strip())
        self.bar.setValue(round(100 * progress.share))
        self.why.setText(next((why for name, why in WHY.items() if name in stage), ""))

    def _finished(self, event: Finished) -> None:
        if not isinstance(event.result, Looped):
            return
        self.result = event.result
        self.show_rounds(event.result.rounds)
        self.now.setText(f"ended: {event.result.why}")
        self.why.setText(f"state and result: {event.result.folder}")

    def _changed(self, event: JobChanged) -> None:
        if event.kind == "loop":
            running = event.state in ("waiting", "running") and not (event.fraction >= 1 and not event.text)
            self.run_button.setText("Stop" if running else "Run the loop")
            if event.state in ("failed", "stopped"):
                self.now.setText(f"{event.state}: {event.text}")


def _texts(*values: float | None) -> list[str]:
    return ["–" if value is None else f"{value:.4f}" for value in values]
