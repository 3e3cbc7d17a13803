"""The queue of experiments: what is to be measured next: reordered, changed, paused, resumed."""

import logging
import threading
from collections.abc import Callable, Mapping
from pathlib import Path

from nado_lab.lab.dashboard.models.admission import Admission
from nado_lab.lab.dashboard.models.bench import BenchModel
from nado_lab.lab.dashboard.models.estimates import Estimates
from nado_lab.lab.dashboard.models.events import Post, QueueChanged, RunEnded
from nado_lab.lab.dashboard.models.execution import Executor
from nado_lab.lab.dashboard.models.experiment import ABORTED, Experiment, State
from nado_lab.lab.dashboard.models.numbers import Numbers
from nado_lab.lab.dashboard.models.worker import Job
from nado_lab.lab.errors import LabError
from nado_lab.lab.runs import StopRequest, is_of_the_experiment
from nado_lab.lab.runs.rebuild import not_by_itself
from nado_lab.lab.store import Run
from nado_lab.protocols import is_file

log = logging.getLogger(__name__)


class ExperimentQueue:
    """Run experiments one after another on the bench. All methods may be called from any thread."""

    def __init__(self, bench: BenchModel, post: Post, folder: Callable[[], Path]) -> None:
        self._bench, self._post = bench, post
        self._lock = threading.RLock()
        self._numbers, self._folder = Numbers(), folder
        self._items: list[Experiment] = []
        self._current: Experiment | None = None
        self._stop = StopRequest()
        self.holds = False
        self.adding_goes_on = True  # after an abort what is queued next starts; a pause or a fault holds it
        self._estimates = Estimates()
        self.admission = Admission(bench, self._estimates)
        self._executor = Executor(bench, post, folder, self._estimates)
        self.keep: Callable[[list[Experiment]], None] = lambda waiting: None
        bench.before_change = self.hold_what_waits

    @property
    def items(self) -> list[Experiment]:
        """Copy the list, in the order of execution."""
        with self._lock:
            return list(self._items)

    @property
    def current(self) -> Experiment | None:
        """Give the experiment that runs now."""
        return self._current

    def add(
        self,
        protocol: str,
        values: Mapping[str, object],
        *,
        out: Path | None = None,
        goes_on: bool = False,
        apart: bool = False,
        follows: bool = False,
    ) -> Experiment:
        """Append an experiment, as `add_all` does."""
        made = Experiment(protocol, dict(values), out=out, goes_on=goes_on, apart=apart, follows=follows)
        return self.add_all([made])[0]

    def add_all(self, experiments: list[Experiment]) -> list[Experiment]:
        """Append experiments; they start as soon as the bench is free, on a bench that is connected already.

        What the setup's limits do not allow is refused now (LimitError), all together. Without a bench they
        wait, held: they were not queued for whatever bench is connected next, and start by Resume.
        """
        connected = self._is_connected
        for each in experiments:
            self.admission.admit(each)
        with self._lock:
            if not connected and not all(each.follows for each in experiments):
                self._hold()
            elif self.adding_goes_on and not any(each.state is State.QUEUED for each in self._items):
                self.holds = False
            for each in experiments:
                each.number = self._numbers.next(self._folder())
            self._items.extend(experiments)
        self._changed()
        return experiments

    def change(self, experiment: Experiment, new: Experiment) -> None:
        """Give an experiment that waits other parameters; refuse it where it waits no more."""
        self.admission.admit(new)
        with self._lock:
            if experiment.state is not State.QUEUED or experiment is self._current:
                raise LabError(f"#{experiment.number} is {experiment.state} by now; it was not changed")
            experiment.protocol, experiment.values = new.protocol, new.values
            experiment.about, experiment.apart, experiment.estimate_s = new.about, new.apart, new.estimate_s
        self._changed()

    def problem(self, experiment: Experiment) -> str:
        """Say why the connected bench would refuse an experiment; nothing where it would not, or none is."""
        return self.admission.problem(experiment)

    @property
    def _is_connected(self) -> bool:
        """Say whether a bench is open, or lent to a process of its own that brings it back."""
        current = self._current
        return self._bench.is_open or (current is not None and current.apart and not current.follows)

    def hold_what_waits(self) -> None:
        """Hold what was queued for the bench as it is now: another one is to be connected, or none."""
        with self._lock:
            if any(each.state is State.QUEUED and not each.follows for each in self._items):
                self._hold()
        self._changed()

    def check_what_waits(self) -> None:
        """Fail what waits and is beyond the limits of the setup that was connected."""
        with self._lock:
            waiting = [each for each in self._items if each.state is State.QUEUED and not each.goes_on]
        for each in waiting:
            if problem := self.problem(each):
                each.state, each.reason = State.FAILED, problem
        self._changed()

    def repeat(self, experiment: Experiment) -> Experiment:
        """Append the same experiment again, as a new run."""
        apart = experiment.apart and not experiment.follows
        copied = Experiment(experiment.protocol, experiment.values, apart=apart, about=experiment.about)
        return self.add_all([copied])[0]

    @property
    def waiting(self) -> list[Experiment]:
        """Give what is to be measured, in order."""
        return [each for each in self.items if each.state is State.QUEUED and not each.follows]

    def complete(self, run: Path) -> Experiment:
        """Append what is left to measure of a run that ended early."""
        protocol = Run.open(run).metadata.protocol
        if protocol is None:
            raise LabError(f"{run} does not say which protocol made it; it cannot be gone on with")
        chosen = {_resolved(each.protocol) for each in self.items}
        if is_file(protocol.name) and _resolved(protocol.name) not in chosen:
            raise LabError(not_by_itself(run, protocol.name))
        return self.add(protocol.name, protocol.values(), out=run, goes_on=True)

    def follow(self, run: Path) -> Experiment | None:
        """Look on while another process measures into `run`; None if we do already."""
        with self._lock:
            if any(each.out == run and each.state in (State.QUEUED, State.RUNNING) for each in self._items):
                return None
        protocol = Run.open(run).metadata.protocol
        name, values = (protocol.name, protocol.values()) if protocol else (run.stem, {})
        return self.add(name, values, out=run, apart=True, follows=True)

    def leave(self) -> None:
        """Stop looking on; what is measured apart goes on."""
        self.holds = True
        self._executor.leaving.set()

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
        self._hold()
        if self._current:
            self._stop.pause()
            self._current.state = State.PAUSED
        self._changed()

    def resume(self) -> None:
        """Go on with the run that holds, then with the queue."""
        self.holds, self.adding_goes_on = False, True
        if self._current:
            self._stop.go_on()
            self._current.state = State.RUNNING
        self._changed()

    def abort(self) -> None:
        """Hold the queue and end the current run as aborted; what is queued next starts again."""
        self.holds, self.adding_goes_on = True, True
        self._stop.stop(ABORTED)
        self._changed()

    def pump(self) -> None:
        """Start the next experiment if the bench is open and nothing runs."""
        with self._lock:
            if self._current or self._executor.leaving.is_set():
                return
            waiting = (each for each in self._items if each.state is State.QUEUED)
            may_drive = self._bench.is_open and not self.holds
            self._current = next((each for each in waiting if each.follows or may_drive), None)
            if self._current is None:
                return
            self._stop = StopRequest()
        label = f"{self._current.label} #{self._current.number}"
        self._bench.worker.submit("run", label, self._execute)

    def restore(self, experiments: list[Experiment]) -> None:
        """Take up what waited in the last window, held: a person has to look at it first.

        Of a procedure in a file its code is not run because a file of the folder names it.
        """
        for each in experiments:
            self._numbers.at_least(self._folder(), each.number)
            if is_file(each.protocol):
                each.state = State.FAILED
                each.reason = "it was queued from a file of code: choose the file again, and queue it"
        self._items = [*experiments, *self._items]
        if self.waiting:
            self._hold()
        self._post(QueueChanged())

    def _changed(self) -> None:
        self.keep(self.waiting)
        self._post(QueueChanged())
        self.pump()

    def _hold_after(self, experiment: Experiment) -> None:
        """Begin nothing more after what may be of the bench, until a person goes on."""
        if self.holds:
            return
        if any(each.state is State.QUEUED for each in self.items):
            log.warning("the queue is held after #%d: mend it, then press Resume", experiment.number)
        self._hold()

    def _hold(self) -> None:
        """Begin nothing, also not what is added, until a person goes on."""
        self.holds, self.adding_goes_on = True, False

    def _execute(self, job: Job) -> None:
        """Run the current experiment in the bench's thread."""
        experiment = self._current
        if experiment is None:
            return
        try:
            self._executor.run(experiment, job, self._stop)
            if experiment.state is not State.COMPLETE:
                self._hold_after(experiment)
        except BaseException as error:
            experiment.state, experiment.reason = State.FAILED, str(error)
            if not is_of_the_experiment(error):
                self._hold_after(experiment)
            raise
        finally:
            if experiment.out is not None:
                self._post(RunEnded(str(experiment.out), experiment.state, experiment.reason))
            self._current = None
            self._changed()


def _resolved(name: str) -> str:
    """Spell the name of a protocol in a file as a run keeps it."""
    file, _, member = name.rpartition(":")
    return f"{Path(file).resolve()}:{member}" if is_file(name) else name
