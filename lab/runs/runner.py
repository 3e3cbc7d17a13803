"""Run a protocol on a setup into a run, or go on with a run that ended early."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from nado_lab.lab.errors import LabError
from nado_lab.lab.new_output import refuse_existing
from nado_lab.lab.runs.describe import describe_run
from nado_lab.lab.runs.interrupts import StopRequest
from nado_lab.lab.runs.measurement import Onlookers, run_measurement
from nado_lab.lab.runs.monitors import Monitor, MonitorSettings
from nado_lab.lab.runs.rebuild import provide_drives
from nado_lab.lab.runs.subscribers import Progress, Subscriber
from nado_lab.lab.store import RunWriter
from nado_lab.protocols import NadoProcedure


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
    noise_seed: int | None = None,
    stop: StopRequest | None = None,
    monitors: MonitorSettings | None = None,
) -> Path:
    """Measure into the new run `out` and return its path.

    `progress(done, total)` counts rows; `subscribers` get every (stream, row) from memory. `source`
    and the seeds say how to open the setup again to resume. An error is raised again once the hardware
    is safe and the run closed; after Ctrl-C, KeyboardInterrupt. Asking `stop` ends the run as aborted.
    """
    refuse_existing(out)
    lineage = (*lineage, *provide_drives(procedure))
    procedure.bind(setup)
    columns, labels = procedure.columns(), procedure.coordinates()
    metadata = describe_run(
        procedure,
        setup,
        operator=operator,
        lineage=lineage,
        source=source,
        seed=seed,
        noise_seed=noise_seed,
    )

    def create(monitor: Monitor) -> RunWriter:
        return RunWriter.create(out, metadata, {**columns, **monitor.streams()}, labels)

    run_measurement(procedure, setup, _onlookers(progress, subscribers, stop, monitors), create)
    return Path(out)


def resume_protocol(
    procedure: NadoProcedure,
    setup: Any,
    run: str | Path,
    *,
    progress: Progress | None = None,
    subscribers: Iterable[Subscriber] = (),
    stop: StopRequest | None = None,
    monitors: MonitorSettings | None = None,
) -> Path:
    """Go on with a run that ended early, after its last committed row."""
    if not procedure.resumable:
        raise LabError(f"{type(procedure).__name__} starts from the beginning; it cannot go on with {run}")
    provide_drives(procedure)
    procedure.bind(setup)
    columns = procedure.columns()

    def reopen(monitor: Monitor) -> RunWriter:
        writer = RunWriter.resume(run, {**columns, **monitor.streams()})
        procedure.start_row = writer.rows()
        return writer

    run_measurement(procedure, setup, _onlookers(progress, subscribers, stop, monitors), reopen)
    return Path(run)


def _onlookers(
    progress: Progress | None,
    subscribers: Iterable[Subscriber],
    stop: StopRequest | None,
    monitors: MonitorSettings | None,
) -> Onlookers:
    return Onlookers(progress, tuple(subscribers), stop or StopRequest(), monitors or MonitorSettings())
