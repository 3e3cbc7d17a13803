"""The queue of experiments: what is to be measured next, reordered, paused, repeated, resumed."""

import itertools
import logging
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from lab.dashboard.models.bench import BenchModel
from lab.dashboard.models.estimates import Estimates
from lab.dashboard.models.events import Event, QueueChanged, RowArrived, RunEnded, RunStarted
from lab.dashboard.models.experiment import Experiment, State, prepare
from lab.dashboard.models.readings import frequencies
from lab.dashboard.models.worker import Job
from lab.errors import LabError
from lab.runs import MonitorSettings, StopRequest, resume_protocol, run_protocol
from lab.runs.monitors import take_readings
from lab.runs.recall import provide_drives
from lab.store import Run, Status
from protocols import NadoProcedure

log = logging.getLogger(__name__)
MONITOR_S = 1.0
ABORTED = "aborted at the dashboard"


class ExperimentQueue:
    """Run experiments one after another on the bench. All methods may be called from any thread."""

    def __init__(self, bench: BenchModel, post: Callable[[Event], None], folder: Callable[[], Path]) -> None:
        self._bench, self._post, self._folder = bench, post, folder
        self._lock = threading.RLock()
        self._numbers = itertools.count(1)
        self._items: list[Experiment] = []
        self._current: Experiment | None = None
        self._stop = StopRequest()
        self.holds = False
        self._estimates = Estimates()

    @property
    def items(self) -> list[Experiment]:
        """Copy the list, in the order of execution."""
        with self._lock:
            return list(self._items)

    @property
    def current(self) -> Experiment | None:
        """Give the experiment that runs now."""
        return self._current

    def add(self, protocol: str, values: dict[str, Any], **more: Any) -> Experiment:
        """Append an experiment; it starts as soon as the bench is free."""
        experiment = Experiment(protocol, dict(values), number=next(self._numbers), **more)
        with self._lock:
            if not any(each.state is State.QUEUED for each in self._items):
                self.holds = False
            self._items.append(experiment)
        self._changed()
        return experiment

    def repeat(self, experiment: Experiment) -> Experiment:
        """Append the same experiment again, as a new run."""
        return self.add(experiment.protocol, experiment.values)

    def complete(self, run: Path) -> Experiment:
        """Append what is left to measure of a run that ended early."""
        protocol = Run.open(run).metadata.protocol
        if protocol is None:
            raise LabError(f"{run} does not say which protocol made it; it cannot be gone on with")
        return self.add(protocol.name, protocol.values(), out=run, goes_on=True)

    def move(self, experiment: Experiment, by: int) -> None:
        """Move a waiting experiment up (negative) or down."""
        with self._lock:
            here = self._items.index(experiment)
            there = min(max(here + by, 0), len(self._items) - 1)
            self._items.insert(there, self._items.pop(here))
        self._changed()

    def remove(self, experiment: Experiment) -> None:
        """Take an experiment that does not run out of the list."""
        with self._lock:
            if experiment is not self._current and experiment in self._items:
                self._items.remove(experiment)
        self._changed()

    def pause(self) -> None:
        """Hold the queue; the run holds after its next row with the field at zero."""
        self.holds = True
        if self._current:
            self._stop.pause()
            self._current.state = State.PAUSED
        self._changed()

    def resume(self) -> None:
        """Go on with the run that holds, then with the queue."""
        self.holds = False
        if self._current:
            self._stop.go_on()
            self._current.state = State.RUNNING
        self._changed()

    def abort(self) -> None:
        """Hold the queue and end the current run as aborted."""
        self.holds = True
        self._stop.stop(ABORTED)
        self._changed()

    def estimate_s(self, procedure: type[NadoProcedure], values: dict[str, Any]) -> float | None:
        """Estimate how many seconds an experiment takes on the connected bench; None where nobody knows."""
        setup = self._bench.setup
        return None if setup is None else self._estimates.seconds(procedure, values, self._bench.name, setup)

    def pump(self) -> None:
        """Start the next experiment if the bench is open and nothing runs."""
        with self._lock:
            if self.holds or self._current or not self._bench.is_open:
                return
            self._current = next((each for each in self._items if each.state is State.QUEUED), None)
            if self._current is None:
                return
            self._stop = StopRequest()
        label = f"{self._current.label} #{self._current.number}"
        self._bench.worker.submit("run", label, self._execute)

    def _changed(self) -> None:
        self._post(QueueChanged())
        self.pump()

    def _execute(self, job: Job) -> None:
        """Run the current experiment in the bench's thread."""
        experiment = self._current
        if experiment is None:
            return
        try:
            self._measure(experiment, job)
        except BaseException as error:
            experiment.state, experiment.reason = State.FAILED, str(error)
            raise
        finally:
            if experiment.out is not None:
                self._post(RunEnded(str(experiment.out), experiment.state, experiment.reason))
            self._current = None
            self._changed()

    def _measure(self, experiment: Experiment, job: Job) -> None:
        procedure, setup = prepare(experiment), self._bench.opened()
        lineage = provide_drives(procedure)
        experiment.state, begun, stop = State.RUNNING, time.monotonic(), self._stop
        job.when_stopped(lambda: stop.stop(ABORTED))

        def progress(done: int, total: int) -> None:
            experiment.done, experiment.total = done, total
            experiment.seconds = time.monotonic() - begun
            job.progress(done / max(total, 1), f"{done} of {total} trials")

        if experiment.out is None:
            experiment.out = self._new_path(experiment)
        live: dict[str, Any] = {"progress": progress, "subscribers": (self._show,), "stop": stop}
        live["monitors"] = MonitorSettings(every_s=MONITOR_S)
        self._announce(experiment, procedure, setup)
        if experiment.goes_on:
            resume_protocol(procedure, setup, experiment.out, **live)
        else:
            source = {"source": self._bench.name, "seed": self._bench.seed}
            run_protocol(procedure, setup, experiment.out, lineage=lineage, **source, **live)
        self._conclude(experiment, stop, procedure)

    def _announce(self, experiment: Experiment, procedure: Any, setup: Any) -> None:
        procedure.bind(setup)
        experiment.total = procedure.row_count()
        channels, units = tuple(setup.channels), tuple(setup.channel_units)
        columns, step_s = procedure.columns(), float(setup.step_s)
        rows, monitors = experiment.total, {name: unit for name, (_, unit) in take_readings(setup).items()}
        where = str(experiment.out)
        what = (where, experiment.label, columns, channels, units, step_s, rows, monitors)
        self._post(RunStarted(*what, frequencies(setup)))

    def _conclude(self, experiment: Experiment, stop: StopRequest, procedure: Any) -> None:
        status = Run.open(experiment.out).status if experiment.out else Status.FAILED
        experiment.state = State(status.value)
        experiment.reason = stop.reason
        if experiment.total and not experiment.goes_on:
            share = experiment.done / experiment.total
            bench = self._bench
            self._estimates.learn(procedure, bench.name, bench.setup, experiment.seconds, share)

    def _show(self, stream: str, row: dict[str, Any]) -> None:
        self._post(RowArrived(stream, row))

    def _new_path(self, experiment: Experiment) -> Path:
        folder = self._folder()
        folder.mkdir(parents=True, exist_ok=True)
        stamp = time.strftime("%Y%m%d-%H%M%S")
        return folder / f"{stamp}-{experiment.number:03d}-{experiment.label}.zarr"
