"""Runs: execute protocols on a setup into the store, safely."""

from nado_lab.lab.runs.bench import NoBench, owned
from nado_lab.lab.runs.guard import SupervisorError
from nado_lab.lab.runs.interrupts import StopRequest
from nado_lab.lab.runs.monitors import MonitorSettings
from nado_lab.lab.runs.queue import Experiment, read_queue, run_queue
from nado_lab.lab.runs.recall import procedure_of
from nado_lab.lab.runs.runner import resume_protocol, run_protocol
from nado_lab.lab.runs.session import UnsafeError

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
