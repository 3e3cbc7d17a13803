"""Databases of QCoDeS, by QCoDeS itself, on a copy: opening one may bring it to a newer version."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Protocol

import numpy as np
from nado_lab.lab.store.errors import StoreError
from nado_lab.lab.store.imports.array_file import ArrayFile, FileArray, library, read_errors, without_empty
from nado_lab.lab.store.imports.options import ImportOptions

_MOST_LISTED = 6


class _Parameter(Protocol):
    unit: str


class _RunOfQCoDeS(Protocol):
    """What is used of `qcodes.dataset.DataSetProtocol`."""

    captured_run_id: int
    exp_name: str
    guid: str
    paramspecs: Mapping[str, _Parameter]

    def get_parameter_data(self) -> Mapping[str, Mapping[str, np.ndarray]]: ...


def read(path: Path, options: ImportOptions) -> ArrayFile:
    """Read the parameters of one run of a database, with their units."""
    what = "a QCoDeS database"
    with read_errors(path, what):
        _require_runs(path)
    dataset = library("qcodes.dataset", "qcodes", path)
    database = library("qcodes.dataset.sqlite.database", "qcodes", path)
    with read_errors(path, what), _copied(path) as copy, closing(database.connect(str(copy))) as connection:
        data = dataset.load_by_id(_chosen(path, connection, options.run_id), connection)
        notes = {"qcodes_run": f"{data.captured_run_id} of {data.exp_name}, guid {data.guid}"}
        return ArrayFile(path, without_empty(_arrays(data)), notes=notes)


def _require_runs(path: Path) -> None:
    """Refuse a file that is no database, or one of somebody else, before QCoDeS turns it into its own."""
    with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)) as connection:
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type='table'")}
    if not {"runs", "experiments"} <= tables:
        raise StoreError(f"{path} is no database of QCoDeS: expected the tables runs and experiments")


@contextmanager
def _copied(path: Path) -> Iterator[Path]:
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        copy = Path(folder) / "copy.db"
        source = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True)
        with closing(source), closing(sqlite3.connect(copy)) as target:
            source.backup(target)
        yield copy


def _chosen(path: Path, connection: sqlite3.Connection, wanted: int | None) -> int:
    """Return the run that was asked for, or the only one."""
    query = "SELECT run_id, parameters FROM runs ORDER BY run_id"
    runs = {number: f"{number} ({names})" for number, names in connection.execute(query)}
    if wanted is not None and wanted in runs:
        return wanted
    if wanted is None and len(runs) == 1:
        return next(iter(runs))
    if not runs:
        raise StoreError(f"{path} holds no run")
    last = list(runs.values())[-_MOST_LISTED:]
    more = f"{len(runs) - len(last)} earlier ones, " if len(runs) > len(last) else ""
    asked = "several runs; choose one with --run-id" if wanted is None else f"no run {wanted}"
    raise StoreError(f"{path} holds {asked}: {more}{', '.join(last)}")


def _arrays(data: _RunOfQCoDeS) -> dict[str, FileArray]:
    """Give each parameter once; setpoints that differ between parameters as `parameter.setpoint`."""
    units = {name: spec.unit for name, spec in data.paramspecs.items()}
    found: dict[str, FileArray] = {}
    for dependent, columns in data.get_parameter_data().items():
        for name, values in columns.items():
            known = found.get(name)
            same = known is None or np.array_equal(known.values, values)
            found[name if same else f"{dependent}.{name}"] = FileArray(values, units.get(name, ""))
    return found
