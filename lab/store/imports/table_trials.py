"""Arrange the rows of a table as trials."""

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from nado_lab.lab.store.errors import StoreError
from nado_lab.lab.store.imports.fold import fold
from nado_lab.lab.store.imports.imported_trials import ImportedTrials
from nado_lab.lab.store.imports.names import find, tail
from nado_lab.lab.store.imports.options import ChannelColumn, ImportOptions, PortColumn, SampleReduction
from nado_lab.lab.store.imports.tables import Table

if TYPE_CHECKING:
    import pandas as pd

SEQUENCE, REPEAT, HELD_OUT = "sequence", "repeat", "held_out"
LABELS = (SEQUENCE, REPEAT, "trial", "step", HELD_OUT)


def read_trials(table: Table, path: Path, options: ImportOptions) -> ImportedTrials:
    """Take the named drive columns in, and out the named channels, or else every other number."""
    table = _labelled(table, path, options)
    frame = table.frame
    ports = _meant(options.ports, frame, path)
    channels = _channels(options, frame, path, {port.column for port in ports})
    trials = _groups(frame)
    sizes = {len(trial) for _, trial in trials}
    if len(sizes) != 1:
        raise StoreError(f"{path}: trials of different lengths {sorted(sizes)} do not make one run")
    drive = np.stack([trial[[port.column for port in ports]].to_numpy(float) for _, trial in trials])
    readout = np.stack([trial[[each.column for each in channels]].to_numpy(float) for _, trial in trials])
    wave = None
    if options.samples_per_step and options.samples_per_step > 1:
        per = options.samples_per_step
        readout, wave, belongs = fold(readout, sizes.pop() // per, options)
        drive = drive[:, ::per][:, belongs]
    return ImportedTrials(
        files=(path.name,),
        input=drive,
        readout=readout,
        sequence=np.array([key[0] for key, _ in trials]),
        repeat=np.array([key[1] for key, _ in trials]),
        held_out=_marks(path, [trial for _, trial in trials]),
        waveform=wave,
        input_units=tuple(port.units or options.drive_units or _unit(table, port.column) for port in ports),
        port_names=port_names(ports),
        readout_units=tuple(
            each.units or options.readout_units or _unit(table, each.column) for each in channels
        ),
        channels=channel_names(channels),
        step_s=step_seconds(table.sample_s, options),
        notes=_notes(table),
    )


def port_names(ports: tuple[PortColumn, ...]) -> tuple[str, ...]:
    """Return the names of the ports, or nothing where none is named."""
    named = [port.name for port in ports]
    if any(named) and not all(named):
        without = next(port.column for port in ports if not port.name)
        raise StoreError(
            f"some ports have names and {without!r} has none: name all, as --drive PORT={without}"
        )
    return tuple(named) if all(named) else ()


def channel_names(channels: tuple[ChannelColumn, ...]) -> tuple[str, ...]:
    """Return the names of channels: as stated, or the last part of the column's where that is unique."""
    ends = [tail(each.column) for each in channels]
    unique = len(set(ends)) == len(ends)
    return tuple(
        each.name or (end if unique else each.column) for each, end in zip(channels, ends, strict=True)
    )


def step_seconds(sample_s: float | None, options: ImportOptions) -> float | None:
    """Return how long a step lasted, by the time between samples that the file tells."""
    if sample_s is None or options.readout is SampleReduction.SAMPLES:
        return sample_s
    return sample_s * (options.samples_per_step or 1)


def _labelled(table: Table, path: Path, options: ImportOptions) -> Table:
    """Give the columns that number and mark trials the names that they have in a run."""
    stated = {SEQUENCE: options.sequence, REPEAT: options.repeat, HELD_OUT: options.held_out}
    names = list(map(str, table.frame.columns))
    renamed = {find(column, names, path): label for label, column in stated.items() if column}
    return replace(table, frame=table.frame.rename(columns=renamed)) if renamed else table


def _meant(ports: tuple[PortColumn, ...], frame: "pd.DataFrame", path: Path) -> tuple[PortColumn, ...]:
    names = list(map(str, frame.columns))
    return tuple(replace(port, column=find(port.column, names, path)) for port in ports)


def _channels(
    options: ImportOptions, frame: "pd.DataFrame", path: Path, drives: set[str]
) -> tuple[ChannelColumn, ...]:
    names = list(map(str, frame.columns))
    if options.channels:
        return tuple(replace(each, column=find(each.column, names, path)) for each in options.channels)
    found = tuple(ChannelColumn(name) for name in names if name not in LABELS and name not in drives)
    if not found:
        raise StoreError(f"{path} has no column besides the drive's; expected at least one channel")
    return found


def _groups(frame: "pd.DataFrame") -> list[tuple[tuple[int, int], "pd.DataFrame"]]:
    """Split a table into trials by its label columns; without labels it is one trial."""
    trial, repeat = (frame.get(name, np.zeros(len(frame), int)) for name in ("trial", REPEAT))
    keys = {"_trial": trial, "_sequence": frame.get(SEQUENCE, trial), "_repeat": repeat}
    labelled = frame.assign(**{name: np.asarray(values, int) for name, values in keys.items()})
    ordered = labelled.sort_values("step", kind="stable") if "step" in frame else labelled
    groups = [group for _, group in ordered.groupby(list(keys), sort=True)]
    return [((int(each["_sequence"].iloc[0]), int(each["_repeat"].iloc[0])), each) for each in groups]


def _unit(table: Table, column: str) -> str:
    return table.units.get(column) or "1"


def _marks(path: Path, trials: "list[pd.DataFrame]") -> np.ndarray | None:
    """Return which trials a column `held_out` marks, None without one."""
    if HELD_OUT not in trials[0]:
        return None
    marks = [trial[HELD_OUT].to_numpy(bool) for trial in trials]
    if any(mark.any() != mark.all() for mark in marks):
        raise StoreError(f"{path}: {HELD_OUT} must be the same in every row of a trial")
    return np.array([mark[0] for mark in marks])


def _notes(table: Table) -> dict[str, str | dict[str, str]]:
    header = {"procedure": table.procedure, "parameters": table.parameters} if table.procedure else {}
    return {**table.notes, **header}
