"""Write down what a run was made with: the setup, its instruments, the protocol."""

import getpass
import math

from nado_lab.lab.json_ready import json_value
from nado_lab.lab.runs.monitors import MonitorSettings
from nado_lab.lab.setup import SetupSource
from nado_lab.lab.store import (
    Labels,
    MonitorRecord,
    ParameterRecord,
    ProtocolRecord,
    RunMetadata,
    SetupRecord,
    code_version,
)
from nado_lab.protocols import NadoProcedure, describe, protocol_name
from nado_lab.protocols.timing import STEPWISE, WHOLE_TRIALS
from pydantic import BaseModel
from pymeasure.experiment import Procedure


def describe_run(
    procedure: Procedure,
    setup: object,
    *,
    operator: str,
    lineage: tuple[str, ...],
    source: SetupSource,
    monitors: MonitorSettings | None = None,
    labels: Labels | None = None,
) -> RunMetadata:
    """Gather the metadata of a run that is about to start."""
    labels, operator = labels or Labels(), operator or current_user()
    config, snapshot, step_s = (getattr(setup, name, None) for name in ("config", "snapshot", "step_s"))
    timing = procedure.timing if isinstance(procedure, NadoProcedure) else WHOLE_TRIALS
    if timing == STEPWISE:
        step_s = getattr(setup, "step_period_s", step_s)
    pace = {} if step_s is None else {"step_s": float(step_s), "timing": timing}
    return RunMetadata(
        sample=labels.sample or str(getattr(config, "sample", "")),
        operator=operator,
        setup=SetupRecord(
            name=str(getattr(config, "name", type(setup).__name__)),
            kind=str(getattr(config, "kind", "")),
            source=source.name,
            seed=source.specimen,
            noise_seed=source.noise_seed,
            faults=list(source.faults),
            details=config.model_dump(mode="json") if isinstance(config, BaseModel) else {},
        ),
        protocol=describe_protocol(procedure),
        monitors=describe_monitors(monitors) if monitors else None,
        code=code_version(),
        instruments=snapshot() if snapshot else {},
        lineage=list(lineage),
        notes=labels.notes(operator) | pace,
    )


def describe_monitors(settings: MonitorSettings) -> MonitorRecord | None:
    """Record how the bench was to be looked at; None where it was not."""
    if not math.isfinite(settings.every_s):
        return None
    limits = {name: (_finite(low), _finite(high)) for name, (low, high) in settings.limits.items()}
    return MonitorRecord(every_s=settings.every_s, limits=limits)


def _finite(end: float) -> float | None:
    return end if math.isfinite(end) else None


def describe_protocol(procedure: Procedure) -> ProtocolRecord:
    """Record a procedure's name and all its parameters."""
    return ProtocolRecord(
        name=protocol_name(procedure),
        parameters={
            name: ParameterRecord(value=json_value(each.value), units=each.units, type=each.type)
            for name, each in describe(procedure).items()
        },
    )


def current_user() -> str:
    """Name who is logged in, or nobody."""
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError):
        return ""
