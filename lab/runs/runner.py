"""Run a protocol on a setup into a run. However it ends, the hardware is made safe first."""

import traceback
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from lab.errors import LabError
from lab.runs.describe import describe_run
from lab.runs.interrupts import StopRequest, shielded, stop_on_signals
from lab.store import RunWriter, Status, StoreError
from protocols import NadoProcedure


class UnsafeError(LabError):
    """Say which devices could not be switched off: go and look."""


Progress = Callable[[int, int], None]
Subscriber = Callable[[str, dict[str, Any]], None]


def run_protocol(
    procedure: NadoProcedure,
    setup: Any,
    out: str | Path,
    *,
    operator: str = "",
    lineage: Iterable[str] = (),
    progress: Progress | None = None,
    subscribers: Iterable[Subscriber] = (),
    source: str = "",
    seed: int = 0,
    stop: StopRequest | None = None,
) -> Path:
    """Measure into the new run `out` and return its path.

    `progress(done, total)` counts rows; `subscribers` get every (stream, row) from memory. `source`
    and `seed` say how to open the setup again to resume. An error is raised again once the hardware
    is safe and the run closed; after Ctrl-C, KeyboardInterrupt. Asking `stop` ends the run as aborted.
    """
    procedure.bind(setup)
    streams, labels = procedure.columns(), procedure.coordinates()
    metadata = describe_run(
        procedure, setup, operator=operator, lineage=tuple(lineage), source=source, seed=seed
    )
    writer = RunWriter.create(out, metadata, streams, labels)
    _drive(procedure, setup, writer, progress, tuple(subscribers), stop or StopRequest())
    return Path(out)


def resume_protocol(
    procedure: NadoProcedure,
    setup: Any,
    run: str | Path,
    *,
    progress: Progress | None = None,
    subscribers: Iterable[Subscriber] = (),
    stop: StopRequest | None = None,
) -> Path:
    """Go on with a run that ended early, after its last committed row."""
    procedure.bind(setup)
    writer = RunWriter.resume(run, procedure.columns())
    procedure.start_row = writer.rows()
    _drive(procedure, setup, writer, progress, tuple(subscribers), stop or StopRequest())
    return Path(run)


def _drive(
    procedure: NadoProcedure,
    setup: Any,
    writer: RunWriter,
    progress: Progress | None,
    subscribers: tuple[Subscriber, ...],
    stop: StopRequest,
) -> None:
    """Execute the procedure and close the run in the order: hardware, rows, status."""
    _connect(procedure, writer, progress, subscribers, stop)
    failure: BaseException | None = None
    with stop_on_signals(stop):
        try:
            procedure.startup()
            procedure.execute()
        except BaseException as error:  # noqa: BLE001  (whatever it is, the hardware comes first)
            failure = error
        with shielded():
            unsafe = _make_safe(procedure, setup)
            _close(writer, failure or unsafe, stop)
    if failure or unsafe:
        raise failure or unsafe  # type: ignore[misc]
    if stop.by_signal:
        raise KeyboardInterrupt


def _connect(
    procedure: NadoProcedure,
    writer: RunWriter,
    progress: Progress | None,
    subscribers: tuple[Subscriber, ...],
    stop: StopRequest,
) -> None:
    """Give the procedure its `emit` and `should_stop`."""
    done, total = writer.rows(), procedure.row_count()

    def emit(stream: str, row: dict[str, Any]) -> None:
        nonlocal done
        writer.append(stream, row)
        for subscriber in subscribers:
            subscriber(stream, row)
        if stream == "primary":
            done += 1
            if progress:
                progress(done, total)

    procedure.emit = emit
    procedure.should_stop = stop


def _make_safe(procedure: NadoProcedure, setup: Any) -> Exception | None:
    """Bring the field to zero and the sources off; each in its own try. Give the first error."""
    first = None
    for shutdown in (setup.shutdown, procedure.shutdown):
        try:
            left_unsafe = shutdown()
            if left_unsafe:
                raise UnsafeError(f"could not be made safe: {'; '.join(map(str, left_unsafe))}")
        except Exception as error:  # noqa: BLE001  (the other device must still be made safe)
            first = first or error
    return first


def _close(writer: RunWriter, failure: BaseException | None, stop: StopRequest) -> None:
    """Commit what is in memory and write how the run ended."""
    status, reason, trace = _outcome(failure, stop)
    try:
        writer.finalise(status, reason, trace)
    except StoreError as error:
        if failure is None:
            raise
        failure.add_note(f"and the run could not be closed: {error}")


def _outcome(failure: BaseException | None, stop: StopRequest) -> tuple[Status, str, str]:
    if isinstance(failure, KeyboardInterrupt):
        return Status.ABORTED, "Ctrl-C", ""
    if failure is not None:
        reason = f"{type(failure).__name__}: {failure}"
        return Status.FAILED, reason, "".join(traceback.format_exception(failure))
    if stop():
        return Status.ABORTED, stop.reason, ""
    return Status.COMPLETE, "", ""
