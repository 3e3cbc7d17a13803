"""What `nado runs export` wrote as CSV: drive and readout of trials, under the names they had."""

import re
from dataclasses import replace
from pathlib import Path

from nado_lab.lab.store.imports.imported_trials import ImportedTrials
from nado_lab.lab.store.imports.options import ImportOptions, PortColumn
from nado_lab.lab.store.imports.table_trials import LABELS, read_trials
from nado_lab.lab.store.imports.tables import Table

_DRIVE, _READOUT = re.compile(r"drive(\[.*\])?"), re.compile(r"readout(?:\[(.*)\])?")


def holds_trials(table: Table, options: ImportOptions) -> bool:
    """Tell whether a table is our own export of trials, and nobody asked for other drive columns."""
    asked = set(options.drives) <= set(_columns(table, _DRIVE))
    return bool(table.run and asked and _columns(table, _DRIVE) and _columns(table, _READOUT))


def as_stated(options: ImportOptions) -> ImportOptions:
    """Let -1 and 1 be themselves where nobody states what they stand for: the drive is scaled already."""
    low, high = options.drive_low, options.drive_high
    return replace(options, drive_low=-1.0 if low is None else low, drive_high=1.0 if high is None else high)


def read(table: Table, path: Path, options: ImportOptions) -> ImportedTrials:
    """Read drive and readout back; the drive is turned into what -1 and 1 were stated to stand for."""
    drives, readouts = _columns(table, _DRIVE), _columns(table, _READOUT)
    labels = [name for name in LABELS if name in table.frame]
    part = replace(table, frame=table.frame[labels + drives + readouts])
    named = {port.column: port for port in options.ports}
    ports = tuple(named.get(name, PortColumn(name)) for name in drives)
    found = read_trials(part, path, replace(options, ports=ports, channels=()))
    stated = as_stated(options)
    low, high = float(stated.drive_low or 0.0), float(stated.drive_high or 0.0)
    channels = tuple(match[1] or name for name in readouts if (match := _READOUT.fullmatch(name)))
    given = (high + low) / 2 + found.input * (high - low) / 2
    return replace(found, input=given, channels=channels, notes={"nado_run": table.run})


def _columns(table: Table, name: re.Pattern[str]) -> list[str]:
    return [str(column) for column in table.frame.columns if name.fullmatch(str(column))]
