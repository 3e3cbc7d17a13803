"""What stopped a deployment on its way, kept beside its runs until its report tells of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from nado_lab.lab.json_record import JsonRecord
from nado_lab.lab.reports.deployment_report import Interruption
from nado_lab.lab.store import Run, Status, StoreError

FILE = "interruptions.json"


@dataclass(frozen=True)
class _Interruptions(JsonRecord):
    """What the file holds."""

    interruptions: tuple[Interruption, ...]


def note(out: Path, error: BaseException) -> None:
    """Write down what ended a deployment early: when, why, and how much of it was committed."""
    if not out.exists():
        return
    runs = _runs(out)
    reasons = [run.metadata.reason for run in runs if run.metadata.reason]
    _append(out, reasons[-1] if reasons else f"{type(error).__name__}: {error}".rstrip(": "), runs)


def note_death(out: Path) -> None:
    """Write down that the program died, where a run that nobody measures any more says that it runs."""
    runs = _runs(out) if out.exists() else []
    if any(run.status is Status.RUNNING for run in runs):
        _append(out, "the program died", runs)


def read(out: Path) -> tuple[Interruption, ...]:
    """Read what stopped the deployment in `out`, oldest first."""
    path = out / FILE
    return _Interruptions.read(path).interruptions if path.exists() else ()


def _append(out: Path, reason: str, runs: list[Run]) -> None:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    entry = Interruption(now, reason, sum(run.rows() for run in runs))
    _Interruptions((*read(out), entry)).write(out / FILE)


def _runs(out: Path) -> list[Run]:
    """Open the runs of a deployment that can be opened."""
    found = []
    for path in sorted(out.glob("*.zarr")):
        try:
            found.append(Run.open(path))
        except StoreError:
            continue
    return found
