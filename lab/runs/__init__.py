"""Runs: execute protocols on a setup into the store, safely."""

from nado_lab.lab.runs.bench import NoBench, owned
from nado_lab.lab.runs.driven import UnsafeError, driven
from nado_lab.lab.runs.guard import SupervisorError
from nado_lab.lab.runs.interrupts import StopRequest
from nado_lab.lab.runs.monitors import MonitorSettings
from nado_lab.lab.runs.queue import QueuedRun, read_queue, run_queue
from nado_lab.lab.runs.rebuild import rebuild_procedure
from nado_lab.lab.runs.runner import resume_protocol, run_protocol

__all__ = [
    "MonitorSettings",
    "NoBench",
    "QueuedRun",
    "StopRequest",
    "SupervisorError",
    "UnsafeError",
    "driven",
    "owned",
    "read_queue",
    "rebuild_procedure",
    "resume_protocol",
    "run_protocol",
    "run_queue",
]
