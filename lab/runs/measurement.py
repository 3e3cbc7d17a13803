"""One run from its first row to its last word. However it ends, the hardware is made safe first."""

import time
import traceback
from collections.abc import Callable
from contextlib import suppress

from nado_lab.lab.runs.bench import SafeBench
from nado_lab.lab.runs.driven_bench import DrivenBench, driven
from nado_lab.lab.runs.guard import HANG_S
from nado_lab.lab.runs.interrupts import shielded, stop_on_signals
from nado_lab.lab.runs.largest_drive import largest_drive
from nado_lab.lab.runs.monitors import Monitor, MonitorSettings
from nado_lab.lab.runs.observer import Harmless, Observer, RunBegins
from nado_lab.lab.store import RunWriter, Status, StoreError
from nado_lab.lab.store.metadata import BENCH
from nado_lab.observer import Progress
from nado_lab.protocols import NadoProcedure, Row
from nado_lab.protocols.base import PERCENT, PROGRESS
from pymeasure.experiment import Procedure

_PAUSE_POLL_S = 0.05


class Measurement:
    """Execute a bound procedure into a writer."""

    def __init__(
        self,
        procedure: NadoProcedure,
        bench: DrivenBench,
        writer: RunWriter,
        monitor: Monitor,
        observer: Observer,
    ) -> None:
        self._procedure, self._bench, self._writer = procedure, bench, writer
        self._monitor, self._stop = monitor, observer.stop
        self._done, self._total = writer.rows(), procedure.row_count()
        self._told = 0.0
        self._up_to = largest_drive(procedure, bench.setup)
        self._failure: BaseException | None = None
        self._observer = Harmless(observer)

    def run(self) -> None:
        """Measure, then close in the order: hardware, rows, status; raise what went wrong."""
        stop = self._stop
        with stop_on_signals(stop):
            self._measure()
            with shielded(stop):
                self._leave_bench()
                self._close()
        if self._failure:
            if isinstance(self._failure, KeyboardInterrupt):
                self._tell_what_is_kept(self._failure)
            raise self._failure
        if stop.by_signal:
            press = KeyboardInterrupt()
            self._tell_what_is_kept(press)
            raise press

    def _measure(self) -> None:
        self._procedure.attach(self._emit, self._should_stop)
        try:
            self._tell_that_it_begins()
            self._baseline("before")
            self._bench.drives(self._up_to)
            self._note_bench()
            self._procedure.startup()
            self._keep_metadata()
            if not self._should_stop():  # Ctrl-C while everything was switched on
                self._procedure.execute()
        except BaseException as error:  # noqa: BLE001  (whatever it is, the hardware comes first)
            self._failure = error

    def _tell_that_it_begins(self) -> None:
        writer, labels = self._writer, self._procedure.coordinates()
        self._observer.begins(RunBegins(writer.path, writer.metadata, writer.columns, labels, self._done))

    def _tell_what_is_kept(self, press: KeyboardInterrupt) -> None:
        """Tell whoever pressed Ctrl-C what there is of the run."""
        of = f" of {self._total}" if self._total else ""
        press.add_note(f"Kept: {self._writer.path}, {self._done}{of} rows.")

    def _keep_metadata(self) -> None:
        """Store what the procedure declares as PyMeasure `Metadata`, known once it has started."""
        if not self._procedure.metadata_objects():
            return
        self._procedure.evaluate_metadata()
        found = {name: str(each) for name, each in self._procedure.metadata_objects().items()}
        self._writer.update(notes={**self._writer.metadata.notes, "metadata": found})

    def _should_stop(self) -> bool:
        self._bench.alive()
        return self._stop()

    def _emit(self, stream: str, row: Row) -> None:
        """Take a row: to the store, to the observer; then see whether all is well."""
        if stream == PROGRESS:
            self._take_progress(row)
            return
        self._writer.append(stream, row)
        self._observer.row(stream, row)
        if stream == "primary":
            self._done += 1
            self._observer.progress(progress_of(self._done, self._total, self._told))
        self._look_around()
        self._wait_while_paused()

    def _take_progress(self, row: Row) -> None:
        """Pass on how far a procedure says it has come; what is no number between 0 and 100 is left out."""
        with suppress(TypeError, ValueError):
            percent = float(row[PERCENT])  # type: ignore[arg-type]
            if 0 <= percent <= 100:
                self._told = percent / 100
                self._observer.progress(progress_of(self._done, self._total, self._told))
        self._look_around()

    def _look_around(self) -> None:
        """Take the readings that are due; one beyond its limits ends the run."""
        self._should_stop()
        row = self._monitor.due() if self._procedure.may_pause else None
        if row is None:
            return
        self._writer.append("monitor", row)
        self._observer.row("monitor", row)
        problem = self._monitor.beyond(row)
        if problem:
            self._stop.stop(problem)

    def _wait_while_paused(self) -> None:
        """Hold with the field at zero until the run is to go on or to stop."""
        stop = self._stop
        if stop.paused and self._procedure.may_pause and not stop():
            self._bench.hold()
            self._note_bench()
            self._writer.flush()
            while stop.paused and not self._should_stop():
                time.sleep(_PAUSE_POLL_S)
            self._bench.drives(self._up_to)
            self._note_bench()

    def _baseline(self, moment: str) -> None:
        if self._monitor.first:
            row = self._monitor.baseline(moment)
            self._writer.append("baseline", row)
            self._observer.row("baseline", row)

    def _leave_bench(self) -> None:
        """Make the bench safe, whatever the procedure's own shutdown does; hardware left on counts most."""
        unsafe = self._bench.make_safe()
        if type(self._procedure).shutdown is not Procedure.shutdown:
            self._shut_procedure_down()
            unsafe = self._bench.make_safe()  # it may have used the bench again
        self._bench.leave(unsafe)
        if unsafe:
            unsafe.__cause__ = unsafe.__cause__ or self._failure
            self._failure = unsafe

    def _shut_procedure_down(self) -> None:
        """Let the procedure clean up after itself; an error of it says nothing about the bench."""
        try:
            self._procedure.shutdown()
        except Exception as error:  # noqa: BLE001  (a person's own code; the run must still be closed)
            error.add_note("(in the procedure's own shutdown: what it opened itself may still be on)")
            self._failure = self._failure or error

    def _close(self) -> None:
        """Commit what is in memory and write how the run ended."""
        try:
            self._baseline("after")
        except Exception as error:  # noqa: BLE001  (a lost instrument must not keep the run open)
            self._failure = self._failure or error
        status, reason, trace = self._outcome()
        try:
            self._note_bench()
            self._writer.finalise(status, reason, trace)
            self._observer.ends(self._writer.metadata)
        except StoreError as error:
            if self._failure is None:
                self._failure = error
            else:
                self._failure.add_note(f"and the run could not be closed: {error}")

    def _note_bench(self) -> None:
        """Keep with the run what is known of the bench's safety; a full disk is told by who closes."""
        with suppress(StoreError):
            self._writer.update(notes={**self._writer.metadata.notes, BENCH: self._bench.state.to_json()})

    def _outcome(self) -> tuple[Status, str, str]:
        failure, stop = self._failure, self._stop
        if isinstance(failure, KeyboardInterrupt):
            return Status.ABORTED, "Ctrl-C", ""
        if failure is not None:
            trace = "".join(traceback.format_exception(failure))
            reason = f"{type(failure).__name__}: {failure}"
            return Status.FAILED, f"{stop.reason}; then {reason}" if stop() else reason, trace
        if stop():
            return Status.ABORTED, stop.reason, ""
        return Status.COMPLETE, "", ""


def progress_of(rows: int, total: int, told: float = 0.0) -> Progress:
    """Say how many rows of how many there are; of a `total` of 0 nobody knows: the share is what was told."""
    share = rows / total if total else told
    return Progress("measure", share, f"{rows} of {total or '?'} rows", {"rows": rows, "total": total})


def run_measurement(
    procedure: NadoProcedure,
    setup: SafeBench,
    observer: Observer,
    monitors: MonitorSettings,
    open_writer: Callable[[Monitor], RunWriter],
) -> None:
    """Drive the bench, open the run, measure into it."""
    observer.stop.check()
    with driven(setup, observer.stop, HANG_S) as bench:
        monitor = Monitor(setup, monitors)
        Measurement(procedure, bench, open_writer(monitor), monitor, observer).run()
