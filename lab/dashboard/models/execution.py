"""Measure one experiment: in this process on the open bench, or in a process of its own."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

from nado_lab.instruments.setups.setup import Setup
from nado_lab.lab.dashboard.models.apart import Apart, command_for
from nado_lab.lab.dashboard.models.bench import BenchModel
from nado_lab.lab.dashboard.models.estimates import Estimates
from nado_lab.lab.dashboard.models.events import Post, RowArrived, RunStarted
from nado_lab.lab.dashboard.models.experiment import ABORTED, Experiment, State, given, prepare
from nado_lab.lab.dashboard.models.following import Follower
from nado_lab.lab.dashboard.models.worker import Job
from nado_lab.lab.errors import LabError
from nado_lab.lab.runs import MonitorSettings, StopRequest
from nado_lab.lab.runs.monitors import take_readings
from nado_lab.lab.runs.observer import Observer
from nado_lab.lab.runs.rebuild import provide_drives
from nado_lab.lab.store import Run, Status
from nado_lab.lab.workflow.measure import MeasureRequest, ResumeRequest, measure, resume
from nado_lab.observer import Progress
from nado_lab.protocols import NadoProcedure, Row

MONITOR_S, LOOK_S = 1.0, 0.25


class ExperimentObserver(Observer):
    """Note how far an experiment is, and pass its rows to the window."""

    def __init__(self, experiment: Experiment, job: Job, stop: StopRequest, post: Post) -> None:
        super().__init__(stop)
        self._experiment, self._job, self._post = experiment, job, post
        self._begun = time.monotonic()

    def progress(self, progress: Progress) -> None:
        """Note how many rows there are."""
        done, total = (int(progress.figures[name]) for name in ("rows", "total"))
        self._experiment.done, self._experiment.total = done, total
        self._experiment.seconds = time.monotonic() - self._begun
        self._job.progress(progress.share, f"{done} of {total} trials")

    def row(self, stream: str, row: Row) -> None:
        """Pass on one row."""
        self._post(RowArrived(stream, row))


class Executor:
    """Carry experiments out in the bench's thread; `leaving` ends looking on, not what is measured apart."""

    def __init__(
        self,
        bench: BenchModel,
        post: Post,
        folder: Callable[[], Path],
        estimates: Estimates,
    ) -> None:
        self._bench, self._post, self._folder, self._estimates = bench, post, folder, estimates
        self.leaving = threading.Event()

    def run(self, experiment: Experiment, job: Job, stop: StopRequest) -> None:
        """Measure, or look on; the experiment tells how far it is and how it ended."""
        if experiment.apart:
            self._look_on(experiment, job)
        else:
            self._measure(experiment, job, stop)

    def _measure(self, experiment: Experiment, job: Job, stop: StopRequest) -> None:
        procedure, setup = prepare(experiment), self._bench.opened()
        provide_drives(procedure)
        experiment.state = State.RUNNING
        job.when_stopped(lambda: stop.stop(ABORTED))
        if experiment.out is None:
            experiment.out = self._new_path(experiment)
        observer = ExperimentObserver(experiment, job, stop, self._post)
        monitors = MonitorSettings(every_s=MONITOR_S)
        self._announce(experiment, procedure, setup)
        if experiment.goes_on:
            asked = ResumeRequest(experiment.out, own=experiment.protocol, monitors=monitors)
            resume(asked, observer, self._bench.as_opened)
        else:
            about = experiment.about
            request = MeasureRequest(
                experiment.protocol,
                experiment.out,
                self._bench.source,
                given(experiment),
                about.operator,
                monitors=monitors,
                labels=about.labels,
            )
            measure(request, observer, self._bench.as_opened)
        self._conclude(experiment, stop, procedure)

    def _look_on(self, experiment: Experiment, job: Job) -> None:
        """Measure in a process of its own, or find the one that does, and follow its rows."""
        name, seed = self._bench.name, self._bench.seed
        out = experiment.out = experiment.out or self._new_path(experiment)
        if not experiment.follows:
            experiment.total = self._row_count(experiment)
        apart = Apart(out)
        with self._bench.beside(apart) if experiment.follows else self._bench.lend(apart):
            if not experiment.follows:
                apart.begin(command_for(experiment, name, seed, out))
            job.when_stopped(lambda: None if self.leaving.is_set() else apart.end())
            experiment.state = State.RUNNING
            self._follow(experiment, apart, job)
        found = Run.open(out).metadata
        experiment.state, experiment.reason = State(found.status.value), found.reason
        if experiment.state is State.RUNNING and not apart.is_going:
            raise LabError(f"the process that measured died ({apart.complaint()}); Complete goes on with it")

    def _follow(self, experiment: Experiment, apart: Apart, job: Job) -> None:
        if not apart.began():
            raise LabError(f"the process that was to measure ended at once: {apart.complaint()}")
        follower = Follower(apart.out, experiment.label, experiment.total, self._post)
        begun, going = time.monotonic(), True
        while going and not self.leaving.is_set():
            going = apart.is_going
            self._bench.safety.hear_of(apart)
            before, experiment.done = experiment.done, follower.look()
            experiment.seconds = time.monotonic() - begun
            share = experiment.done / experiment.total if experiment.total else 0.0
            job.progress(min(share, 0.999), f"{experiment.done} trials, in a process of its own")
            going = going or experiment.done > before
            self.leaving.wait(LOOK_S)

    def _row_count(self, experiment: Experiment) -> int:
        procedure = prepare(experiment)
        provide_drives(procedure)
        procedure.bind(self._bench.opened())
        return procedure.row_count()

    def _announce(self, experiment: Experiment, procedure: NadoProcedure, setup: Setup) -> None:
        procedure.bind(setup)
        experiment.total = procedure.row_count()
        channels, units = tuple(setup.channels), tuple(setup.channel_units)
        columns, step_s = procedure.columns(), float(setup.step_s)
        rows, monitors = experiment.total, {name: unit for name, (_, unit) in take_readings(setup).items()}
        where = str(experiment.out)
        what = (where, experiment.label, columns, channels, units, step_s, rows, monitors)
        self._post(RunStarted(*what, axis=setup.channel_axis, ports=setup.ports))

    def _conclude(self, experiment: Experiment, stop: StopRequest, procedure: NadoProcedure) -> None:
        status = Run.open(experiment.out).status if experiment.out else Status.FAILED
        experiment.state = State(status.value)
        experiment.reason = stop.reason
        if experiment.total and not experiment.goes_on:
            share = experiment.done / experiment.total
            bench = self._bench
            self._estimates.learn(procedure, bench.name, bench.opened(), experiment.seconds, share)

    def _new_path(self, experiment: Experiment) -> Path:
        folder = self._folder() / experiment.about.folder
        folder.mkdir(parents=True, exist_ok=True)
        stamp = time.strftime("%Y%m%d-%H%M%S")
        return folder / f"{stamp}-{experiment.number:03d}-{experiment.about.name or experiment.label}.zarr"
