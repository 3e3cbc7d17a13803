"""Read a run through and say whether every committed row is there."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from zarr.core.array import Array
from zarr.core.group import Group

from lab.store import layout
from lab.store.metadata import Status
from lab.store.reader import Run


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at: what, whether it is right, and what was seen."""

    what: str
    passed: bool
    detail: str


def verify(run: str | Path | Run) -> list[Finding]:
    """Check the metadata, the lengths and every chunk of every stream of a run."""
    opened = run if isinstance(run, Run) else Run.open(run)
    findings = [_ended(opened)]
    for stream in opened.streams:
        findings += _stream(stream, opened.group(stream))
    return findings


def _ended(run: Run) -> Finding:
    closed = run.status is not Status.RUNNING
    detail = run.status.value + (f": {run.metadata.reason}" if run.metadata.reason else "")
    return Finding("status", closed, detail if closed else "running, or killed: `nado runs repair` closes it")


def _stream(stream: str, group: Group) -> list[Finding]:
    rows = layout.committed_rows(group)
    arrays = layout.row_arrays(group)
    lengths = {name: array.shape[0] for name, array in arrays.items()}
    short = [name for name, length in lengths.items() if length < rows]
    long = [name for name, length in lengths.items() if length > rows]
    findings = [
        Finding(
            f"{stream}: committed rows", not short, f"{rows}; missing in {short}" if short else str(rows)
        ),
        Finding(f"{stream}: nothing beyond them", not long, f"torn tail in {long}" if long else "clean"),
    ]
    if not short:
        unreadable = [problem for name, array in arrays.items() for problem in _unreadable(name, array, rows)]
        findings.append(
            Finding(f"{stream}: every chunk", not unreadable, "; ".join(unreadable) or "readable")
        )
    return findings


def _unreadable(name: str, array: Array, rows: int) -> list[str]:
    """Read an array block by block; row numbers must count up."""
    step = (array.shards or array.chunks)[0]
    for start in range(0, rows, step):
        end = min(start + step, rows)
        try:
            values = np.asarray(array[start:end])
        except Exception as error:  # noqa: BLE001  (any way in which a chunk cannot be decoded)
            return [f"{name} rows {start} to {end}: {type(error).__name__}: {error}"]
        if name == layout.ROW and not np.array_equal(values, np.arange(start, end)):
            return [f"row numbers {start} to {end} are not those written"]
    return []
