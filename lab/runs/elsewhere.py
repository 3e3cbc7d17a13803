"""What is known of a bench that another process drives: from that process, and from its run."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace

import psutil
from nado_lab.lab.runs.bench_state import BenchState, Condition, Source
from nado_lab.lab.store import RunMetadata, Status
from nado_lab.lab.store.metadata import BENCH

DIED = "the process that drove it ended without a word, and nobody here hears its safety supervisor"
UNNAMED = "no process of this computer is known to measure this run"


def bench_of_going(metadata: RunMetadata | None, pid: int | None, since: float) -> BenchState:
    """Say what is known while a process measures; `metadata` None: its run cannot be read yet.

    It is driving unless the run says that it is paused, since `since` (seconds since 1970) unless the run
    knows better; a process that is stopped, or that nobody can name, may do anything.
    """
    if pid is None:
        return BenchState().lost(since, UNNAMED)
    if _is_stopped(pid):
        return BenchState().lost(since, f"process {pid}, which drives it, is stopped")
    noted = _noted(metadata)
    if noted is not None and noted.condition in (Condition.HELD, Condition.DRIVING):
        return replace(noted, source=Source.PROCESS)
    return replace(BenchState().driven(since), source=Source.PROCESS)


def bench_of_ended(metadata: RunMetadata) -> BenchState:
    """Say how a process that is gone left its bench: what it wrote with its run, if it closed the run."""
    noted = _noted(metadata)
    if metadata.status is Status.RUNNING:
        return BenchState().lost(0.0, DIED)
    return noted if noted is not None else BenchState.from_json(None)


def _noted(metadata: RunMetadata | None) -> BenchState | None:
    found = metadata.notes.get(BENCH) if metadata is not None else None
    return None if found is None else BenchState.from_json(found)


def _is_stopped(pid: int) -> bool:
    """Say whether a process is held by the system (SIGSTOP, a debugger)."""
    with suppress(psutil.Error):
        return psutil.Process(pid).status() in (psutil.STATUS_STOPPED, psutil.STATUS_TRACING_STOP)
    return False
