"""Runs: execute protocols on a setup into the store, safely."""

from lab.runs.interrupts import StopRequest
from lab.runs.recall import procedure_of
from lab.runs.runner import resume_protocol, run_protocol

__all__ = ["StopRequest", "procedure_of", "resume_protocol", "run_protocol"]
