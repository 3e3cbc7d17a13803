"""CSV tables, plain or written by PyMeasure: scalar rows, or trials where a drive column is named."""

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from nado_lab.lab.store.errors import StoreError
from nado_lab.lab.store.imports.csv_text import csv_text
from nado_lab.lab.store.imports.fold import fold
from nado_lab.lab.store.imports.imported_trials import ImportedTrials
from nado_lab.lab.store.imports.options import ImportOptions

if TYPE_CHECKING:
    import pandas as pd

HELD_OUT = "held_out"
LABELS = ("sequence", "repeat", "trial", "step", HELD_OUT)
_UNIT = re.compile(r"^(?P<name>.*?)\s*[\(\[](?P<unit>[^\)\]]*)[\)\]]\s*$")
_OWN_UNIT = re.compile(r"^(?P<name>.*?) \((?P<unit>[^\)]*)\)$")  # brackets hold the name of a channel
_OWN_LINE = " nado run "


@dataclass(frozen=True)
class Table:
    """A table of scalars with the units found in its headings, and PyMeasure's header if there is one."""

    frame: "pd.DataFrame"
    units: dict[str, str]
    procedure: str = ""
    parameters: dict[str, str] = field(default_factory=dict)
    run: str = ""
    """The run that `nado runs export` wrote the table from; its columns are named `readout[h0_0]`."""


def read_table(path: Path) -> Table:
    """Read a CSV file; `Voltage (V)` becomes the column `Voltage` with unit V."""
    import pandas as pd

    try:
        text, header = csv_text(path)
        frame = pd.read_csv(io.StringIO(text), skipinitialspace=True, index_col=False)
    except (ValueError, csv.Error) as error:
        raise StoreError(f"{path} cannot be read as CSV: {error}") from error
    run = next((line.removeprefix(_OWN_LINE) for line in header if line.startswith(_OWN_LINE)), "")
    found = [_heading(str(heading), is_own=bool(run)) for heading in frame.columns]
    _refuse_twins(path, [name for name, _ in found])
    frame.columns = [name for name, _ in found]
    _refuse_text(path, frame)
    return Table(frame, dict(found), *_pymeasure_header(header), run=run)


def _heading(heading: str, *, is_own: bool) -> tuple[str, str]:
    """Split a heading into name and unit; the names of a run of ours stay as they are."""
    match = (_OWN_UNIT if is_own else _UNIT).match(heading)
    name, unit = (match["name"], match["unit"]) if match else (heading, "")
    return (name if is_own else tidy(name)), unit


def _refuse_twins(path: Path, names: list[str]) -> None:
    """Refuse two columns of one name."""
    for name, count in Counter(names).items():
        if count > 1:
            raise StoreError(f"{path}: {count} columns are called {name!r}; rename all but one")


def read_trials(table: Table, path: Path, options: ImportOptions) -> ImportedTrials:
    """Arrange the rows of a table as trials: the named drive columns in, every other number out."""
    frame = table.frame
    missing = [name for name in options.drive if name not in frame]
    if missing:
        raise StoreError(f"{path} has no column {', '.join(missing)}; it has {', '.join(frame.columns)}")
    channels = [name for name in frame.columns if name not in (*LABELS, *options.drive)]
    trials = _groups(frame)
    sizes = {len(trial) for _, trial in trials}
    if len(sizes) != 1:
        raise StoreError(f"{path}: trials of different lengths {sorted(sizes)} do not make one run")
    drive = np.stack([trial[list(options.drive)].to_numpy(float) for _, trial in trials])
    readout = np.stack([trial[channels].to_numpy(float) for _, trial in trials])
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
        input_units=options.drive_units or _one_drive_unit(table, path, options.drive),
        readout_units=(options.readout_units,)
        if options.readout_units
        else tuple(table.units.get(name) or "1" for name in channels),
        channels=tuple(channels),
        notes={"procedure": table.procedure, "parameters": table.parameters} if table.procedure else {},
    )


def tidy(name: str) -> str:
    """Make a name that a column may have: letters, digits, underscores."""
    cleaned = re.sub(r"\W+", "_", name.strip(), flags=re.ASCII).strip("_")
    return cleaned if cleaned[:1].isalpha() else f"column_{cleaned}"


def _groups(frame: "pd.DataFrame") -> list[tuple[tuple[int, int], "pd.DataFrame"]]:
    """Split a table into trials by its label columns; without labels it is one trial."""
    trial, repeat = (frame.get(name, np.zeros(len(frame), int)) for name in ("trial", "repeat"))
    keys = {"_trial": trial, "_sequence": frame.get("sequence", trial), "_repeat": repeat}
    labelled = frame.assign(**{name: np.asarray(values, int) for name, values in keys.items()})
    ordered = labelled.sort_values("step", kind="stable") if "step" in frame else labelled
    groups = [group for _, group in ordered.groupby(list(keys), sort=True)]
    return [((int(each["_sequence"].iloc[0]), int(each["_repeat"].iloc[0])), each) for each in groups]


def _one_drive_unit(table: Table, path: Path, drives: tuple[str, ...]) -> str:
    """Return the unit of the drive columns; they are scaled together, so they must share it."""
    found = {name: table.units[name] or "1" for name in drives}
    if len(set(found.values())) > 1:
        told = ", ".join(f"{name} ({unit})" for name, unit in found.items())
        raise StoreError(f"{path}: drive columns of different units, {told}: import one of them")
    return found[drives[0]]


def _marks(path: Path, trials: "list[pd.DataFrame]") -> np.ndarray | None:
    """Return which trials a column `held_out` marks, None without one."""
    if HELD_OUT not in trials[0]:
        return None
    marks = [trial[HELD_OUT].to_numpy(bool) for trial in trials]
    if any(mark.any() != mark.all() for mark in marks):
        raise StoreError(f"{path}: {HELD_OUT} must be the same in every row of a trial")
    return np.array([mark[0] for mark in marks])


def _pymeasure_header(lines: list[str]) -> tuple[str, dict[str, str]]:
    """Find the procedure and its parameters in the comments that PyMeasure writes."""
    procedure, parameters, inside = "", {}, False
    for line in lines:
        if line.startswith("Procedure:"):
            procedure = line.partition(":")[2].strip(" <>")
        elif line.startswith("Parameters:"):
            inside = True
        elif inside and line.startswith("\t"):
            name, _, value = line.strip().partition(": ")
            parameters[name] = value
        else:
            inside = False
    return procedure, parameters


def _refuse_text(path: Path, frame: "pd.DataFrame") -> None:
    for name, column in frame.items():
        if column.dtype.kind not in "iufb":
            raise StoreError(
                f"{path}: column {name} holds text such as {str(column.iloc[0])[:40]!r}; numbers are "
                "expected (PyMeasure writes an array in a cell with '...': its data are lost)"
            )
