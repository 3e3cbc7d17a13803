"""A day at the bench: everything the window shows, without a window."""

from __future__ import annotations

import logging
import threading
import traceback
from pathlib import Path
from typing import TYPE_CHECKING

from nado_lab.lab.dashboard.models.announcing import Announcer
from nado_lab.lab.dashboard.models.bench import PATIENCE_S, BenchModel
from nado_lab.lab.dashboard.models.catalogue import Entry, EntryKind, describe, scan
from nado_lab.lab.dashboard.models.event_queue import EventQueue
from nado_lab.lab.dashboard.models.events import (
    CatalogueRead,
    ChoicesRead,
    EntryRead,
    Event,
    Finished,
    LimitsChecked,
    LogLine,
    RunEnded,
    RunLoaded,
)
from nado_lab.lab.dashboard.models.experiment import Experiment
from nado_lab.lab.dashboard.models.experiments import ExperimentQueue
from nado_lab.lab.dashboard.models.fitting import evaluate_job, fit_job, recalibrate_job
from nado_lab.lab.dashboard.models.kept_queue import KeptQueue
from nado_lab.lab.dashboard.models.knobs import Knob
from nado_lab.lab.dashboard.models.labelling import Said, label_runs
from nado_lab.lab.dashboard.models.looping import loop_job
from nado_lab.lab.dashboard.models.networks import deploy_job, open_network_job, train_job
from nado_lab.lab.dashboard.models.scores import read_deployments
from nado_lab.lab.dashboard.models.worker import Job, Worker

if TYPE_CHECKING:
    from nado_lab.lab.compose import Bench
    from nado_lab.lab.workflow.fit import FitRequest
    from nado_lab.lab.workflow.train import TrainRequest

CLOSING_S = 10.0


class Session:
    """Own the bench, the queue of experiments and the computing thread; all news comes through `events`."""

    def __init__(self, folder: Path, patience_s: float = PATIENCE_S) -> None:
        self.folder = folder
        self.events = EventQueue()
        self.bench = BenchModel(self.events.post, patience_s)
        self.announcer = Announcer()
        self.queue = ExperimentQueue(self.bench, self._post_of_queue, lambda: self.folder)
        self._kept = KeptQueue(folder)
        self.queue.restore(self._kept.read())
        self.queue.keep = self._kept.keep
        self.computer = Worker("computer", self.events.post)
        self.librarian = Worker("librarian", self.events.post)
        self._handler = _ToEvents(self.events)
        logging.getLogger().addHandler(self._handler)
        logging.getLogger("lab").setLevel(logging.INFO)

    @property
    def is_measuring(self) -> bool:
        """Say whether closing now would end something on the bench; what is measured apart goes on."""
        current = self.queue.current
        if current is not None and current.apart:
            return False
        return current is not None or (self.bench.is_open and self.bench.is_busy)

    def abort(self) -> threading.Thread:
        """Bring the field to zero and hold the queue; give the thread that sees to it."""
        self.queue.abort()
        return self.bench.abort()

    def fit(self, request: FitRequest) -> Job:
        """Fit a twin."""
        action = self.announcer.announced("fit", request.out, fit_job(request, self.events.post))
        return self.computer.submit("fit", f"fit {request.out.name}", action)

    def evaluate(self, twin: Path, runs: tuple[str, ...]) -> Job:
        """Score a saved twin on runs."""
        action = evaluate_job(twin, runs, self.events.post)
        return self.computer.submit("evaluate", f"evaluate {twin.name}", action)

    def train(self, request: TrainRequest) -> Job:
        """Train a network."""
        action = self.announcer.announced("training", request.out, train_job(request, self.events.post))
        return self.computer.submit("train", f"train {request.out.name}", action)

    def open_network(self, path: Path) -> Job:
        """Read a saved network, to look at it and to deploy it."""
        action = open_network_job(path, self.events.post)
        return self.computer.submit("open", f"open {path.name}", action)

    def deploy(self, network: Path, count: int, out: Path, *, other_device: bool = False) -> Job:
        """Send a network's drives to the open bench; it may hold another device where that is said."""
        action = deploy_job(network, count, out, self.bench, self.events.post, other_device=other_device)
        told = self.announcer.announced("deploy", out, action)
        return self.bench.worker.submit("deploy", f"deploy {network.name}", told)

    def recalibrate(self, twin: Path, runs: tuple[str, ...], scored_on: tuple[str, ...]) -> Job:
        """Bring a saved twin up to date with a device that has drifted."""
        from nado_lab.lab.workflow.recalibrate import RecalibrateRequest

        out = self.new_path(f"{twin.stem}-recalibrated", ".twin")
        kept = tuple(map(Path, scored_on))
        request = RecalibrateRequest(twin, tuple(map(Path, runs)), out, scored_on=kept)
        action = recalibrate_job(request, self.events.post)
        return self.computer.submit("fit", f"recalibrate {twin.name}", action)

    def loop(self, config: str) -> Job:
        """Run the closed loop that a TOML text describes on the open bench."""
        out = self.new_path("loop", "")
        self.folder.mkdir(parents=True, exist_ok=True)
        file = out.with_suffix(".toml")
        file.write_text(config, encoding="utf-8")
        action = self.announcer.announced("loop", out, loop_job(file, out, self.bench, self.events.post))
        return self.bench.worker.submit("loop", out.name, action)

    def read_choices(self) -> Job:
        """Find out what twins and networks offer to choose from."""
        from nado_lab.lab.dashboard.models.choices import fit_methods, fit_numbers, trainable_tasks, variants

        def action(job: Job) -> None:
            self.events.post(ChoicesRead(fit_numbers(), fit_methods(), trainable_tasks(), variants()))

        return self.computer.submit("choices", "read the choices", action)

    def scan(self) -> Job:
        """List the folder's runs, twins and networks."""
        folder = self.folder

        def action(job: Job) -> None:
            entries = scan(folder)
            has_networks = any(each.kind is EntryKind.NETWORK for each in entries)
            deployed = read_deployments(folder) if has_networks else {}
            self.events.post(CatalogueRead(tuple(entries), deployed))

        return self.librarian.submit("scan", "read the folder", action)

    def look_into(self, entry: Entry) -> Job:
        """Read all that is known of an entry."""

        def action(job: Job) -> None:
            self.events.post(EntryRead(entry.path, describe(entry)))

        return self.librarian.submit("look", f"look into {entry.path.name}", action)

    def load_run(self, path: Path) -> Job:
        """Read the readouts of a stored run, to draw them."""

        def action(job: Job) -> None:
            from nado_lab.lab.dashboard.models.stored_curves import read_curves

            self.events.post(RunLoaded(path, read_curves(path)))

        return self.librarian.submit("load", f"load {path.name}", action)

    def label(self, runs: list[Path], said: Said) -> Job:
        """Keep what was typed about stored runs, and read the folder again."""

        def action(job: Job) -> None:
            try:
                label_runs(runs, said)
            finally:
                self.scan()

        return self.librarian.submit("label", "label the marked runs", action)

    def hide(self, runs: list[Path], hidden: bool) -> Job:
        """Leave stored runs out of the list, or show them again."""
        return self.label(runs, Said(hidden=hidden))

    def check(self, experiment: Experiment) -> Job:
        """Hold what is being typed against the limits of the connected bench; sends nothing to it."""

        def action(job: Job) -> None:
            self.events.post(LimitsChecked(experiment, self.queue.problem(experiment)))

        return self.librarian.submit("limits", "hold the form against the limits", action)

    def export(self, run: Path, out: Path) -> Job:
        """Write a run in another format."""
        return self.librarian.submit("export", f"export {out.name}", lambda job: _export(run, out))

    def report(self, path: Path) -> Job:
        """Write an HTML page about a run, a twin, a network or a deployment into the folder."""

        def action(job: Job) -> None:
            from nado_lab.lab.reports import write_report

            out = self.new_path(f"{path.stem}-report", ".html")
            write_report(str(path), out)
            self.events.post(Finished("report", out))

        return self.librarian.submit("report", f"report on {path.name}", action)

    def turn(self, knob: Knob, value: float) -> Job:
        """Turn a knob of the simulated bench; it may have to wait for the bench's lock."""
        label = f"{knob.name} {value:g} {knob.unit}"
        return self.librarian.submit("turn", label, lambda job: knob.set(value))

    def undo_drift(self, simulation: Bench) -> Job:
        """Bring the simulated bench back to its calibrated gains and offsets."""
        return self.librarian.submit("turn", "as calibrated", lambda job: simulation.clear_drift())

    def close(self) -> bool:
        """End all but what is measured apart, leave the bench safe; say whether all threads ended in time."""
        current = self.queue.current
        if current is not None and current.apart:
            self.queue.leave()
        else:
            self.queue.abort()
        workers = (self.computer, self.librarian)
        for worker in workers:
            worker.stop_all()
        safe = self.bench.close(CLOSING_S)
        self._kept.release()
        ended = all([worker.close(CLOSING_S) for worker in workers])
        self.announcer.close()
        logging.getLogger().removeHandler(self._handler)
        return safe and ended

    def _post_of_queue(self, event: Event) -> None:
        """Post what the queue says; a process of its own tells itself how its run ended."""
        current = self.queue.current
        if isinstance(event, RunEnded) and not (current is not None and current.apart):
            self.announcer.run_ended(event)
        self.events.post(event)

    def new_path(self, stem: str, suffix: str) -> Path:
        """Find a name in the folder that is not taken: stem-1.twin, stem-2.twin, ..."""
        number = 1
        while (path := self.folder / f"{stem}-{number}{suffix}").exists():
            number += 1
        return path


def _export(run: Path, out: Path) -> None:
    from nado_lab.lab.store import export

    left_out = export(run, out)
    without = f" without {', '.join(left_out)}, which do not fit in" if left_out else ""
    logging.getLogger(__name__).info("wrote %s%s", out, without)


class _ToEvents(logging.Handler):
    """Carry log records to the window."""

    def __init__(self, events: EventQueue) -> None:
        super().__init__(logging.INFO)
        self._events = events

    def emit(self, record: logging.LogRecord) -> None:
        """Post one record, with the traceback of what nobody expected."""
        trace = "".join(traceback.format_exception(*record.exc_info)) if record.exc_info else ""
        text = f"{record.name.split('.')[0]}: {record.getMessage()}\n{trace}".rstrip()
        self._events.post(LogLine(record.levelno, text))
