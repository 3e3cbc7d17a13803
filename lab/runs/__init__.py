"""Runs: execute protocols on a setup into the store, safely."""

from lab.runs.bench import owned
from lab.runs.guard import SupervisorError
from lab.runs.interrupts import StopRequest
from lab.runs.monitors import MonitorSettings
from lab.runs.recall import procedure_of
from lab.runs.runner import resume_protocol, run_protocol
from lab.runs.session import UnsafeError

__all__ = [
    "MonitorSettings",
    "StopRequest",
    "SupervisorError",
    "UnsafeError",
    "owned",
    "procedure_of",
    "resume_protocol",
    "run_protocol",
]
