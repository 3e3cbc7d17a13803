"""A short real session on a setup that is photographed panel by panel."""

import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from nado_lab.lab.dashboard.models.catalogue import EntryKind
from nado_lab.lab.dashboard.models.experiment import Experiment, State
from nado_lab.lab.dashboard.models.worker import Job, JobState
from nado_lab.lab.dashboard.panels.browser import BrowserPanel
from nado_lab.lab.dashboard.start import application, make_window
from nado_lab.lab.dashboard.views.theme import DARK, LIGHT
from nado_lab.lab.dashboard.window import Dashboard
from nado_lab.lab.errors import LabError
from PyQt6.QtCore import QMessageLogContext, QSettings, QtMsgType, qInstallMessageHandler
from PyQt6.QtWidgets import QApplication

PATIENCE_S = 240.0
FIT_STEPS = {"mean_steps": 300, "score_steps": 200}
NANORING, SPIN_VORTEX_ICE = "sim:nanoring", "sim:asvi"
SIZE = (1366, 768)
Panel = TypeVar("Panel")
TRAINING = {"sequences": 150, "repeats": 1, "seed": 0}
HYSTERESIS = {"points": 61, "repeats": 4, "settle": 1}
FMR = {"points": 41, "repeats": 1}
REPEATED = {"sequences": 4, "repeats": 40, "seed": 1}


class Tour:
    """Drive the window as a person would, and take pictures."""

    def __init__(self, window: Dashboard, app: QApplication, out: Path, tell: Callable[[str], None]) -> None:
        self.window, self._app, self._out, self._tell = window, app, out, tell
        self.pictures: list[Path] = []

    def take(self, setup: str) -> list[Path]:
        """Go through all panels; give the pictures."""
        self.connect(setup)
        self.measure()
        self.hysteresis()
        self.fit()
        self.train_and_deploy()
        self.loop()
        self.simulator()
        self.runs()
        self.light()
        if setup == NANORING:
            self.spectra()
        self.help()
        return self.pictures

    def connect(self, setup: str) -> None:
        """Open the setup and prove its limits."""
        self.window.setup.choice.setEditText(setup)
        self.window.setup.connect_bench()
        self.until(lambda: self.window.session.bench.is_open and not self.window.session.bench.is_busy)
        self.finish(self.window.session.bench.check())

    def measure(self) -> None:
        """Measure random sequences, then a few of them many times."""
        panel, queue = self.window.measure, self.window.session.queue
        for values in (TRAINING, REPEATED):
            panel.form.set_values(values)
            panel.queue_it()
        self.until(lambda: queue.items[0].done > 40)
        self.photograph("measure")
        self.until(lambda: queue.items[1].done > 90)
        self.window.live.tabs.setCurrentIndex(1)
        self.photograph("measure-steps")
        self.until(lambda: all(each.state not in (State.QUEUED, State.RUNNING) for each in queue.items))
        self.window.live.tabs.setCurrentIndex(0)

    def hysteresis(self) -> None:
        """Sweep the field up and down, and look at the loop."""
        experiment = self._queue("hysteresis", HYSTERESIS)
        self.window.live.tabs.setCurrentWidget(self.window.live.steps)
        self.until(lambda: experiment.state is State.COMPLETE)
        self.until(lambda: self._live("hysteresis", HYSTERESIS["repeats"]))
        self.photograph("measure-hysteresis")
        self.window.live.tabs.setCurrentIndex(0)
        self.window.measure.protocol.setCurrentText("characterise")

    def _live(self, protocol: str, rows: int) -> bool:
        run = self.window.live.run
        return run is not None and run.start.protocol == protocol and run.rows >= rows

    def _queue(self, protocol: str, values: Mapping[str, object]) -> Experiment:
        self.window.measure.protocol.setCurrentText(protocol)
        self.window.measure.form.set_values(values)
        (experiment,) = self.window.measure.queue_it()
        return experiment

    def light(self) -> None:
        """Look at some panels in the light theme."""
        self.window.use_theme(LIGHT)
        self.photograph("runs-light")
        for name, panel in (("Measure", None), ("Twin", self.window.twin), ("Simulator", None)):
            self._page(name, panel)
            self.photograph(f"{name}-light")
        self.window.use_theme(DARK)

    def help(self) -> None:
        """Look at the keys."""
        box = self.window.help()
        self.settle(0.2)
        path = self._out / "help.png"
        box.grab().save(str(path))
        self.pictures.append(path)
        box.close()

    def fit(self) -> None:
        """Fit a twin to the first run, scored on the repeats."""
        panel = self._page("Twin", self.window.twin)
        first, second = [each.out for each in self.window.session.queue.items[:2] if each.out]
        self.until(lambda: panel.scored_on.findData(str(second)) >= 0)
        panel.mark(first)
        panel.scored_on.setCurrentIndex(panel.scored_on.findData(str(second)))
        self.until(lambda: panel.counts)
        for name, spin in panel.counts.items():
            spin.setValue(FIT_STEPS.get(name, spin.value()))
        self.finish(panel.fit())
        self.until(lambda: panel.result is not None)
        for index in range(panel.pictures.count()):
            panel.pictures.setCurrentIndex(index)
            self.photograph("twin" if index == 0 else f"twin-{panel.pictures.tabText(index)}")
        panel.pictures.setCurrentIndex(0)

    def train_and_deploy(self) -> None:
        """Train a network through the twin and send it to the bench."""
        panel = self._page("Network", self.window.network)
        self.until(lambda: panel.twins.currentData() is not None)
        panel.numbers["epochs"].setValue(6)
        panel.count.setValue(20)
        job = panel.train()
        self.finish(job)
        self.until(lambda: panel.result is not None)
        job = panel.deploy()
        self.finish(job)
        self.until(lambda: panel.deployed is not None)
        self.photograph("network")

    def loop(self) -> None:
        """Let the loop close, on a small scale."""
        panel = self._page("Loop", self.window.loop)
        self.finish(panel.run())
        self.until(lambda: panel.result is not None)
        self.photograph("loop")

    def simulator(self) -> None:
        """Look at the sample."""
        panel = self._page("Simulator", self.window.simulator)
        if self.window.session.bench.simulation is None:
            return
        queue = self.window.session.queue
        experiment = self._queue("repeats", {"sequences": 5, "repeats": 300})
        panel.spins["readout offset"].setValue(20.0)
        self.until(lambda: experiment.done > 600)
        self.photograph("simulator")
        self.until(lambda: queue.current is None)
        self._page("Measure", None)
        self.window.live.tabs.setCurrentWidget(self.window.live.monitors)
        self.photograph("measure-monitors")
        self.window.live.tabs.setCurrentIndex(0)

    def spectra(self) -> None:
        """Look at a setup whose readout is a spectrum."""
        bench, queue = self.window.session.bench, self.window.session.queue
        self.finish(bench.disconnect())
        self.connect(SPIN_VORTEX_ICE)
        self._page("Measure", self.window.measure)
        live = self.window.live
        live.tabs.setCurrentWidget(live.map)
        experiment = self._queue("spectrum_map", FMR)
        self.until(lambda: experiment.state is State.COMPLETE)
        self.until(lambda: self._live("spectrum_map", 1))
        self.photograph("measure-map")
        live.tabs.setCurrentWidget(live.waterfall)
        self.photograph("measure-waterfall")
        experiment = self._queue("characterise", {"sequences": 8, "repeats": 1, "steps": 20})
        self.until(lambda: experiment.done > 2)
        self._page("Simulator", self.window.simulator)
        seen = self.window.simulator.counted
        self.until(lambda: (seen and seen[-1] > 0) or queue.current is None)
        self.photograph("simulator-ice")
        self.until(lambda: queue.current is None)

    def runs(self) -> None:
        """Compare two runs, and see what came from what."""
        panel = self._page("Runs", self.window.browser)
        panel.rescan()
        self.until(lambda: len(panel.shown) >= 5)
        panel.select(*[each.out for each in self.window.session.queue.items[:2] if each.out])
        self.until(lambda: len(panel.details.loaded) == 2)
        self._photograph_tabs(panel, "Overlay", "Compare", "Notes", "Metadata", "Python")
        here = self.window.session.folder
        panel.select(
            *[
                each.path
                for each in panel.shown
                if each.kind is EntryKind.NETWORK and each.path.parent == here
            ]
        )
        self._photograph_tabs(panel, "Lineage")

    def _photograph_tabs(self, panel: BrowserPanel, *names: str) -> None:
        titles = [panel.details.tabText(index) for index in range(panel.details.count())]
        for name in names:
            panel.details.setCurrentIndex(titles.index(name))
            self.photograph(f"runs-{name}")

    def photograph(self, name: str) -> None:
        """Write the window as a PNG."""
        self.settle(0.3)
        path = self._out / f"{name.lower().replace(' ', '-')}.png"
        self.window.grab().save(str(path))
        self.pictures.append(path)
        self._tell(f"wrote {path}")

    def until(self, condition: Callable[[], object]) -> None:
        """Let the window live until something holds."""
        end = time.monotonic() + PATIENCE_S
        while not condition():
            if time.monotonic() > end:
                raise LabError(f"the tour waited {PATIENCE_S:g} s in vain; see the log of the window")
            self.settle(0.02)

    def finish(self, job: Job | None) -> None:
        """Let the window live until a job is done."""
        if job is None:
            raise LabError("the tour could not begin a job; see the log of the window")
        self.until(job.ended.is_set)
        if job.state is not JobState.DONE:
            raise LabError(f"{job.label}: {job.state}")

    def settle(self, seconds: float) -> None:
        """Let the window live for a while."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self._app.processEvents()
            time.sleep(0.005)

    def _page(self, name: str, panel: Panel) -> Panel:
        tabs = self.window.tabs
        tabs.setCurrentIndex([tabs.tabText(i) for i in range(tabs.count())].index(name))
        self.settle(0.1)
        return panel


def take_tour(setup: str, out: Path, folder: Path, seed: int, tell: Callable[[str], None]) -> list[Path]:
    """Drive a short real session on `setup` in an unseen window; write a PNG of every panel to `out`."""
    out.mkdir(parents=True, exist_ok=True)
    qInstallMessageHandler(_pass_on)
    app = application()
    settings = QSettings(str(folder / "tour.ini"), QSettings.Format.IniFormat)
    window = make_window(folder, settings)
    window.setup.seed.setValue(seed)
    window.resize(*SIZE)
    window.show()
    try:
        return Tour(window, app, out, tell).take(setup)
    finally:
        window.session.abort().join()
        window.hub.stop()
        window.session.close()
        window.close()


def _pass_on(kind: QtMsgType, context: QMessageLogContext, text: str | None) -> None:
    """Print what Qt says, but for what its unseen platform says of every window."""
    if text and "propagateSizeHints" not in text:
        sys.stderr.write(f"{text}\n")
