"""Runs: execute protocols on a setup into the store, safely."""

from lab.runs.interrupts import StopRequest
from lab.runs.recall import procedure_of
from lab.runs.runner import UnsafeError, resume_protocol, run_protocol

__all__ = ["StopRequest", "UnsafeError", "procedure_of", "resume_protocol", "run_protocol"]
