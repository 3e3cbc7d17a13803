"""Where two runs differ: what was set, what is stored, and by how much the numbers are apart."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from nado_lab.lab.json_record import JsonRecord
from nado_lab.lab.store.errors import StoreError
from nado_lab.lab.store.layout import ELAPSED, NUMBER, PRIMARY
from nado_lab.lab.store.reader import Run
from nado_lab.lab.store.summary import summarise

_OF_EACH_RUN = ("run_id", "started", "ended", "checksums", "traceback")
_NOTHING = "–"


@dataclass(frozen=True)
class Difference(JsonRecord):
    """One entry in which two runs differ, as text."""

    entry: str
    one: str
    other: str


@dataclass(frozen=True)
class Apart(JsonRecord):
    """How far a column of two runs of one shape is apart: the largest and the root of the mean square."""

    column: str
    units: str
    largest: float
    rms: float


@dataclass(frozen=True)
class RunDifferences(JsonRecord):
    """What is different in the descriptions of two runs, and how far their equal columns are apart."""

    one: str
    other: str
    differences: tuple[Difference, ...]
    columns: tuple[Apart, ...]


def compare_runs(one: Run, other: Run) -> RunDifferences:
    """Compare two runs; what every run has of its own (its id, when it was) is left out."""
    told = [_entries(run) for run in (one, other)]
    names = list(dict.fromkeys([*told[0], *told[1]]))
    pairs = [(name, told[0].get(name, _NOTHING), told[1].get(name, _NOTHING)) for name in names]
    found = tuple(Difference(*each) for each in pairs if each[1] != each[2])
    return RunDifferences(one.path, other.path, found, tuple(_columns(one, other)))


def _entries(run: Run) -> dict[str, str]:
    """Lay out the description of a run flat, with rows and columns of its streams."""
    about = run.metadata.to_attributes()
    entries = dict(_flat({name: value for name, value in about.items() if name not in _OF_EACH_RUN}))
    entries.pop("notes.bench.at", None)
    for stream, found in summarise(run).streams.items():
        entries[f"{stream} rows"] = str(found.rows)
        for name, column in found.columns.items():
            shape = " x ".join(map(str, column.shape[1:])) or "one number"
            entries[f"{stream} column {name}"] = f"{shape} {column.units}".strip()
    return entries


def _flat(value: object, before: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict) and value:
        for name, inner in value.items():
            yield from _flat(inner, f"{before}.{name}" if before else str(name))
    elif isinstance(value, list) and value:
        for number, inner in enumerate(value):
            yield from _flat(inner, f"{before}[{number}]")
    else:
        yield before, str(value)


def _columns(one: Run, other: Run) -> Iterator[Apart]:
    if PRIMARY not in one.streams or PRIMARY not in other.streams:
        return
    try:
        first, second = one.load(PRIMARY), other.load(PRIMARY)
    except StoreError:
        return
    for name, values in first.variables.items():
        if name in (NUMBER.name, ELAPSED.name) or name not in second or values.dtype.kind not in "iuf":
            continue
        if values.shape != second[name].shape or not values.size:
            continue
        apart = np.abs(values.values.astype(float) - second[name].values.astype(float))
        if np.isfinite(apart).any():
            rms = float(np.sqrt(np.nanmean(apart**2)))
            yield Apart(str(name), str(values.attrs.get("units", "")), float(np.nanmax(apart)), rms)
