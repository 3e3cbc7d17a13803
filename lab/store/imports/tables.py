"""CSV tables, plain or written by PyMeasure: scalar rows, or trials where a drive column is named."""

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from lab.store.errors import StoreError
from lab.store.imports.material import Options, TrialMaterial, folded

if TYPE_CHECKING:
    import pandas as pd

_LABELS = ("sequence", "repeat", "trial", "step")
_UNIT = re.compile(r"^(?P<name>.*?)\s*[\(\[](?P<unit>[^\)\]]*)[\)\]]\s*$")


@dataclass(frozen=True)
class Table:
    """A table of scalars with the units found in its headings, and PyMeasure's header if there is one."""

    frame: "pd.DataFrame"
    units: dict[str, str]
    procedure: str = ""
    parameters: dict[str, str] = field(default_factory=dict)


def read_table(path: Path) -> Table:
    """Read a CSV file; `Voltage (V)` becomes the column `Voltage` with unit V."""
    import pandas as pd

    header = _comments(path)
    try:
        frame = pd.read_csv(path, comment="#", skipinitialspace=True)
    except (OSError, ValueError) as error:
        raise StoreError(f"{path} cannot be read as CSV: {error}") from error
    units = {}
    names = {}
    for heading in frame.columns:
        match = _UNIT.match(str(heading))
        name = tidy(match["name"] if match else str(heading))
        names[heading] = name
        units[name] = match["unit"] if match else ""
    frame = frame.rename(columns=names)
    _refuse_text(path, frame)
    return Table(frame, units, *_pymeasure_header(header))


def read_trials(table: Table, path: Path, options: Options) -> TrialMaterial:
    """Arrange the rows of a table as trials: the named drive columns in, every other number out."""
    frame = table.frame
    missing = [name for name in options.drive if name not in frame]
    if missing:
        raise StoreError(f"{path} has no column {', '.join(missing)}; it has {', '.join(frame.columns)}")
    channels = [name for name in frame.columns if name not in (*_LABELS, *options.drive)]
    trials = _groups(frame)
    sizes = {len(trial) for _, trial in trials}
    if len(sizes) != 1:
        raise StoreError(f"{path}: trials of different lengths {sorted(sizes)} do not make one run")
    drive = np.stack([trial[list(options.drive)].to_numpy(float) for _, trial in trials])
    readout = np.stack([trial[channels].to_numpy(float) for _, trial in trials])
    wave = None
    if options.samples_per_step and options.samples_per_step > 1:
        per = options.samples_per_step
        readout, wave, belongs = folded(readout, sizes.pop() // per, options)
        drive = drive[:, ::per][:, belongs]
    return TrialMaterial(
        stimulus=drive,
        readout=readout,
        sequence=np.array([key[0] for key, _ in trials]),
        repeat=np.array([key[1] for key, _ in trials]),
        waveform=wave,
        stimulus_units=options.drive_units or table.units[options.drive[0]] or "1",
        readout_units=options.readout_units or _one_unit(table, channels),
        channels=tuple(channels),
        notes={"procedure": table.procedure, "parameters": table.parameters} if table.procedure else {},
    )


def tidy(name: str) -> str:
    """Make a name that a column may have: letters, digits, underscores."""
    cleaned = re.sub(r"\W+", "_", name.strip(), flags=re.ASCII).strip("_")
    return cleaned if cleaned[:1].isalpha() else f"column_{cleaned}"


def _groups(frame: "pd.DataFrame") -> list[tuple[tuple[int, int], "pd.DataFrame"]]:
    """Split a table into trials by its label columns; without labels it is one trial."""
    sequence = frame.get("sequence", frame.get("trial"))
    keys = [
        np.zeros(len(frame), int) if label is None else label.to_numpy(int)
        for label in (sequence, frame.get("repeat"))
    ]
    order = ["step"] if "step" in frame else []
    groups = frame.assign(_sequence=keys[0], _repeat=keys[1]).groupby(["_sequence", "_repeat"], sort=True)
    trials = [trial.sort_values(order or "_repeat") for _, trial in groups]
    return [((int(trial["_sequence"].iloc[0]), int(trial["_repeat"].iloc[0])), trial) for trial in trials]


def _one_unit(table: Table, channels: list[str]) -> str:
    found = {table.units.get(name, "") for name in channels}
    return found.pop() or "1" if len(found) == 1 else "1"


def _comments(path: Path) -> list[str]:
    try:
        with path.open(encoding="utf-8", errors="replace") as lines:
            return [line[1:].rstrip("\n") for line in lines if line.startswith("#")]
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}") from error


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
