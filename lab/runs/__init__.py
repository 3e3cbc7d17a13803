"""Runs: execute protocols on a setup into the store, safely."""

from nado_lab.lab.runs.bench import NoBench, owned
from nado_lab.lab.runs.blame import is_of_the_experiment
from nado_lab.lab.runs.driven_bench import UnsafeError, driven
from nado_lab.lab.runs.guard import SupervisorError
from nado_lab.lab.runs.interrupts import StopRequest
from nado_lab.lab.runs.live_documents import LiveDocuments, documents_sent
from nado_lab.lab.runs.monitors import MonitorSettings
from nado_lab.lab.runs.observer import Harmless, Observer, Staged, Together
from nado_lab.lab.runs.rebuild import rebuild_procedure
from nado_lab.lab.runs.runner import resume_protocol, run_protocol

__all__ = [
    "Harmless",
    "LiveDocuments",
    "MonitorSettings",
    "NoBench",
    "Observer",
    "Staged",
    "StopRequest",
    "SupervisorError",
    "Together",
    "UnsafeError",
    "documents_sent",
    "driven",
    "is_of_the_experiment",
    "owned",
    "rebuild_procedure",
    "resume_protocol",
    "run_protocol",
]
