"""Run a protocol on a setup into a run, or go on with a run that ended early."""

from collections.abc import Iterable
from pathlib import Path
from typing import cast

from nado_lab.lab.errors import LabError
from nado_lab.lab.new_output import refuse_existing
from nado_lab.lab.runs.bench import SafeBench
from nado_lab.lab.runs.describe import describe_run
from nado_lab.lab.runs.measurement import run_measurement
from nado_lab.lab.runs.monitors import Monitor, MonitorSettings, monitors_for
from nado_lab.lab.runs.observer import Observer
from nado_lab.lab.runs.rebuild import provide_drives
from nado_lab.lab.setup import SetupSource
from nado_lab.lab.store import Fsync, Labels, RunWriter
from nado_lab.lab.store.metadata import EXPECTED
from nado_lab.protocols import MeasuringDevice, NadoProcedure


def run_protocol(  # noqa: PLR0913  (a run has many sides; two are required)
    procedure: NadoProcedure,
    setup: SafeBench,
    out: str | Path,
    *,
    observer: Observer | None = None,
    source: SetupSource | None = None,
    operator: str = "",
    lineage: Iterable[str] = (),
    monitors: MonitorSettings | None = None,
    labels: Labels | None = None,
    fsync: Fsync = Fsync.AUTO,
) -> Path:
    """Measure into the new run `out` and return its path.

    `source` says how to open the setup again to resume. `monitors` None looks at a real bench now and then,
    and not at a simulated one. An error is raised again once the hardware is safe and the run closed; after
    Ctrl-C, KeyboardInterrupt. Asking `observer.stop` ends the run as aborted.
    `fsync` says when rows outlive a power cut.
    """
    refuse_existing(out)
    lineage = (*lineage, *provide_drives(procedure))
    procedure.bind(cast("MeasuringDevice", setup))  # a procedure says what it misses
    columns, named = procedure.columns(), procedure.coordinates()
    metadata = describe_run(
        procedure,
        setup,
        operator=operator,
        lineage=lineage,
        source=source or SetupSource(""),
        monitors=monitors,
        labels=labels,
    )
    metadata.fsync = fsync
    if expected := procedure.row_count():
        metadata.notes[EXPECTED] = expected

    def create(monitor: Monitor) -> RunWriter:
        return RunWriter.create(out, metadata, {**columns, **monitor.streams()}, named)

    run_measurement(procedure, setup, observer or Observer(), monitors or monitors_for(setup), create)
    return Path(out)


def resume_protocol(
    procedure: NadoProcedure,
    setup: SafeBench,
    run: str | Path,
    *,
    observer: Observer | None = None,
    monitors: MonitorSettings | None = None,
) -> Path:
    """Go on with a run that ended early, after its last committed row."""
    if not procedure.resumable:
        raise LabError(f"{type(procedure).__name__} starts from the beginning; it cannot go on with {run}")
    provide_drives(procedure)
    procedure.bind(cast("MeasuringDevice", setup))  # a procedure says what it misses
    columns = procedure.columns()

    def reopen(monitor: Monitor) -> RunWriter:
        writer = RunWriter.resume(run, {**columns, **monitor.streams()})
        procedure.start_row = writer.rows()
        return writer

    run_measurement(procedure, setup, observer or Observer(), monitors or monitors_for(setup), reopen)
    return Path(run)
