"""Runs: execute protocols on a setup into the store, safely."""

from lab.runs.bench import NoBench, owned
from lab.runs.guard import SupervisorError
from lab.runs.interrupts import StopRequest
from lab.runs.monitors import MonitorSettings
from lab.runs.queue import Experiment, read_queue, run_queue
from lab.runs.recall import procedure_of
from lab.runs.runner import resume_protocol, run_protocol
from lab.runs.session import UnsafeError

__all__ = [
    "Experiment",
    "MonitorSettings",
    "NoBench",
    "StopRequest",
    "SupervisorError",
    "UnsafeError",
    "owned",
    "procedure_of",
    "read_queue",
    "resume_protocol",
    "run_protocol",
    "run_queue",
]
