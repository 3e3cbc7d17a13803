"""Read a run through and say whether every committed row is there."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from nado_lab.lab.json_record import JsonRecord
from nado_lab.lab.store import layout
from nado_lab.lab.store.damage import StreamFound
from nado_lab.lab.store.metadata import Status
from nado_lab.lab.store.pack import digest
from nado_lab.lab.store.reader import Run
from zarr.core.array import Array


@dataclass(frozen=True)
class Check(JsonRecord):
    """One thing that was looked at: what, whether it is right, and what was seen."""

    what: str
    passed: bool
    detail: str


def verify(run: str | Path | Run) -> list[Check]:
    """Check the metadata, the lengths and every chunk of every stream of a run, and its checksums."""
    opened = run if isinstance(run, Run) else Run.open(run)
    checks = [_ended(opened)]
    streams, stray = opened.look()
    for name, found in streams.items():
        checks += [Check(f"{name}: files", passed=False, detail=problem) for problem in found.problems]
        checks += _stream(opened, name, found)
    none = {name: problem or f"{name}/: is no stream of a run" for name, problem in stray.items()}
    checks += [Check(f"{name}: files", passed=False, detail=problem) for name, problem in none.items()]
    return checks


def _ended(run: Run) -> Check:
    closed = run.status is not Status.RUNNING
    detail = run.status.value + (f": {run.metadata.reason}" if run.metadata.reason else "")
    return Check("status", closed, detail if closed else "running, or killed: `nado runs repair` closes it")


def _stream(run: Run, stream: str, found: StreamFound) -> list[Check]:
    rows, arrays = found.rows, found.arrays
    lengths = {name: array.shape[0] for name, array in arrays.items()}
    short = [name for name, length in lengths.items() if length < rows]
    long = [name for name, length in lengths.items() if length > rows]
    checks = [
        Check(f"{stream}: committed rows", not short, f"{rows}" + (f", not all in {short}" if short else "")),
        Check(f"{stream}: nothing beyond them", not long, f"torn tail in {long}" if long else "clean"),
    ]
    if not short:
        expected = {name: run.metadata.checksums.get(f"{stream}/{name}", "") for name in arrays}
        wrong = [w for name, array in arrays.items() if (w := _wrong(array, rows, name, expected[name]))]
        good = "as written" if any(expected.values()) else "readable (no checksums: the run is not closed)"
        checks.append(Check(f"{stream}: every chunk", not wrong, "; ".join(wrong) or good))
    return checks


def _wrong(array: Array, rows: int, name: str, expected: str) -> str:
    """Read an array through; say what is wrong with it, or nothing."""
    try:
        found = digest(array, rows)
        counts_up = name != layout.ROW or np.array_equal(np.asarray(array[:rows]), np.arange(rows))
    except Exception as error:  # noqa: BLE001  (a damaged chunk fails to decode in many ways)
        return f"{name} cannot be read: {type(error).__name__}: {error}"
    if not counts_up:
        return "the row numbers do not count up"
    return f"{name} is not what was written (checksum)" if expected and found != expected else ""
