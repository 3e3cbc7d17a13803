"""The table of a sweep, one row a point, in the order of the points: JSON lines, CSV, zarr, parquet."""

from __future__ import annotations

import csv
import io
import json
import shutil
from pathlib import Path

import numpy as np
from nado_lab.lab.text_file import no_formula, write_text
from pydantic import JsonValue

Row = dict[str, JsonValue]
"""Column -> what came at a point: a number, a text, names of runs."""

LINEAGE = ("run", "judge", "twin", "network")


def write_table(rows: list[Row], out: Path, config: Row | None = None, searched: bool = False) -> None:
    """Write table.jsonl, .csv, .zarr (and .parquet, with pyarrow) into `out`, each whole or not at all."""
    write_text(out / "table.jsonl", "".join(json.dumps(row, allow_nan=False) + "\n" for row in rows))
    cells = [{name: _cell(value) for name, value in row.items()} for row in rows]
    names = list(dict.fromkeys(name for row in rows for name in row))
    write_text(out / "table.csv", _csv(cells, names))
    columns = {name: [row.get(name) for row in cells] for name in names}
    _write_zarr(columns, out, config or {}, searched)
    _write_parquet(columns, out, config or {})


def _csv(cells: list[Row], names: list[str]) -> str:
    file = io.StringIO()
    writer = csv.DictWriter(file, names)
    writer.writeheader()
    for row in cells:
        writer.writerow({n: no_formula(v) if isinstance(v, str) else v for n, v in row.items()})
    return file.getvalue()


def _write_zarr(columns: dict[str, list[JsonValue]], out: Path, config: Row, searched: bool) -> None:
    """Write a dataset along `row`: numbers as float64 (NaN: none), everything else as text."""
    import xarray as xr
    from nado_lab.lab.store import code_version

    draft, place = out / ".table.zarr.draft", out / "table.zarr"
    shutil.rmtree(draft, ignore_errors=True)
    data = {name: ("row", _array(values)) for name, values in columns.items()}
    about = {"sweep": json.dumps(config), "code": code_version(), "lineage": ", ".join(LINEAGE)}
    about |= {"searched": searched}
    xr.Dataset(data, attrs=about).to_zarr(draft, consolidated=False)
    shutil.rmtree(place, ignore_errors=True)
    draft.rename(place)


def _write_parquet(columns: dict[str, list[JsonValue]], out: Path, config: Row) -> None:
    try:
        import pyarrow  # pyright: ignore[reportMissingImports]
        from pyarrow import parquet  # pyright: ignore[reportMissingImports]
    except ImportError:
        return
    table = pyarrow.table({name: _array(values).tolist() for name, values in columns.items()})
    draft = out / ".table.parquet.draft"
    parquet.write_table(table.replace_schema_metadata({"sweep": json.dumps(config)}), draft)
    draft.replace(out / "table.parquet")


def _array(values: list[JsonValue]) -> np.ndarray:
    """Make a column: float64 if all its values are numbers or none, else text."""
    numbers = [np.nan if value is None else value for value in values]
    if all(isinstance(each, int | float) for each in numbers):
        return np.array(numbers, dtype=float)
    return np.array(["" if value is None else str(value) for value in values], dtype=np.dtypes.StringDType())


def _cell(value: JsonValue) -> JsonValue:
    return json.dumps(value) if isinstance(value, list | dict) else value
