"""Tables of numbers: CSV, plain or written by PyMeasure, and files whose arrays are columns of one length."""

import csv
import io
import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from nado_lab.lab.store.errors import StoreError
from nado_lab.lab.store.imports.array_file import NUMBERS, ArrayFile
from nado_lab.lab.store.imports.csv_text import csv_text
from nado_lab.lab.store.imports.names import tidy

if TYPE_CHECKING:
    import pandas as pd

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
    notes: dict[str, str] = field(default_factory=dict)
    run: str = ""
    """The run that `nado runs export` wrote the table from; its columns are named `readout[h0_0]`."""
    sample_s: float | None = None
    """The time between two rows in s, where the file tells it."""


def table_of(file: ArrayFile) -> Table | None:
    """Return the arrays of a file as the columns of a table; None where they are no numbers of one length."""
    import pandas as pd

    arrays = {name: each for name, each in file.arrays.items() if each.values.dtype.kind in NUMBERS}
    if not arrays or len({each.values.shape for each in arrays.values()}) != 1:
        return None
    if next(iter(arrays.values())).values.ndim != 1:
        return None
    frame = pd.DataFrame({name: each.values for name, each in arrays.items()})
    units = {name: each.units for name, each in arrays.items()}
    return Table(frame, units, notes=file.notes, sample_s=file.sample_s)


def read_table(path: Path) -> Table:
    """Read a CSV file; `Voltage (V)` becomes the column `Voltage` with unit V."""
    import pandas as pd

    try:
        text, header, left_out = csv_text(path)
        frame = pd.read_csv(io.StringIO(text), skipinitialspace=True, index_col=False)
    except (ValueError, csv.Error) as error:
        raise StoreError(f"{path} cannot be read as CSV: {error}") from error
    run = next((line.removeprefix(_OWN_LINE) for line in header if line.startswith(_OWN_LINE)), "")
    found = [_heading(str(heading), is_own=bool(run)) for heading in frame.columns]
    _refuse_twins(path, [name for name, _ in found])
    frame.columns = [name for name, _ in found]
    _refuse_text(path, frame)
    notes = {f"left out of {path.name}": left_out} if left_out else {}
    return Table(frame, dict(found), *_pymeasure_header(header), notes=notes, run=run)


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
