"""Measure: a protocol on a setup into a new run, or on with a run that ended early."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from nado_lab.instruments import load_setup
from nado_lab.lab.compose import open_source
from nado_lab.lab.new_output import refuse_existing
from nado_lab.lab.runs import MonitorSettings, NoBench, resume_protocol, run_protocol
from nado_lab.lab.runs.observer import Observer
from nado_lab.lab.runs.rebuild import rebuild_procedure
from nado_lab.lab.setup import OpenSetup, SetupSource
from nado_lab.lab.store import Fsync, Labels, Run, Status, StoreError
from nado_lab.protocols import NadoProcedure, PlainProcedure, ProtocolError, configure, load_protocol


@dataclass(frozen=True)
class MeasureRequest:
    """What to measure: a protocol (a name, or path.py:Class) with its parameters, on a setup, into a new run.

    `setup` None is for procedures that open instruments of their own. `monitors` None looks at a real bench
    now and then and not at a simulated one, whose time is not the wall's. `labels` are what people say of it.
    """

    protocol: str
    out: str | Path
    setup: SetupSource | None = None
    parameters: Mapping[str, object] = field(default_factory=dict)
    operator: str = ""
    lineage: tuple[str, ...] = ()
    monitors: MonitorSettings | None = None
    labels: Labels = field(default_factory=Labels)
    fsync: Fsync = Fsync.AUTO


@dataclass(frozen=True)
class ResumeRequest:
    """Which run to go on with; `setup` names another setup than the one that it began on.

    `own` names the file of code (`scan.py:Scan`) of a run that was measured by one.
    """

    run: str | Path
    setup: str = ""
    own: str = ""
    monitors: MonitorSettings | None = None


@dataclass(frozen=True)
class MeasureResult:
    """The run as it was closed: its status says whether it is complete."""

    run: Run


def measure(
    request: MeasureRequest, observer: Observer | None = None, open_setup: OpenSetup = open_source
) -> MeasureResult:
    """Measure into a new run; raise what went wrong once the hardware is safe and the run closed."""
    procedure = load_protocol(request.protocol)()
    configure(procedure, request.parameters)
    refuse_existing(request.out)
    source = request.setup or SetupSource("")
    with _bench(procedure, request.setup, open_setup) as bench:
        run_protocol(
            procedure,
            bench,
            request.out,
            observer=observer,
            operator=request.operator,
            lineage=request.lineage,
            source=source,
            monitors=request.monitors,
            labels=request.labels,
            fsync=request.fsync,
        )
    return MeasureResult(Run.open(request.out))


def resume(
    request: ResumeRequest, observer: Observer | None = None, open_setup: OpenSetup = open_source
) -> MeasureResult:
    """Go on with a run after its last committed row; one that is complete is left as it is."""
    run = Run.open(request.run)
    if run.status is Status.COMPLETE:
        return MeasureResult(run)
    procedure = rebuild_procedure(run, request.own)
    with _bench(procedure, _source(run, request.setup), open_setup) as bench:
        resume_protocol(procedure, bench, request.run, observer=observer, monitors=request.monitors)
    return MeasureResult(Run.open(request.run))


def configured(protocol: str, parameters: Mapping[str, object], setup: SetupSource | None) -> NadoProcedure:
    """Make a procedure with its parameters, those of the ports of a setup that is not opened included."""
    procedure = load_protocol(protocol)()
    if setup:
        procedure.suit(load_setup(setup.name).ports)
    configure(procedure, parameters)
    return procedure


def _bench(
    procedure: NadoProcedure, source: SetupSource | None, open_setup: OpenSetup
) -> AbstractContextManager[Any]:
    """Open the setup; a plain PyMeasure procedure may do without one."""
    if source:
        return open_setup(source)
    if isinstance(procedure, PlainProcedure):
        return nullcontext(NoBench())
    raise ProtocolError("this protocol needs a setup: give --setup (see `nado setups`)")


def _source(run: Run, setup: str) -> SetupSource | None:
    """Say how to open the setup of a run again."""
    record = run.metadata.setup
    name = setup or (record.source if record else "")
    if not name and record and record.kind:
        raise StoreError(f"{run.path} does not say which setup it was measured on; give --setup")
    if not name:
        return None
    return SetupSource(name, record.seed, record.noise_seed) if record else SetupSource(name)
