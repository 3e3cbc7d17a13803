"""Write a run's numbers in the formats of other programs."""

import csv
import json
from collections.abc import Callable, Hashable
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from nado_lab.lab.new_output import refuse_existing
from nado_lab.lab.store.errors import StoreError
from nado_lab.lab.store.layout import PRIMARY, ROW
from nado_lab.lab.store.location import storage_errors
from nado_lab.lab.store.reader import Run
from nado_lab.lab.text_file import draft_of, no_formula

if TYPE_CHECKING:
    import xarray as xr


UNITS = "units"
"""The array of an .npz that holds the units of its other arrays, as JSON."""


def export(run: str | Path | Run, target: str | Path, stream: str = "") -> list[str]:
    """Write a run to `target`, whose suffix chooses .nc, .csv or .npz; give the columns left out.

    netCDF (version 3, which everything reads) and npz hold every stream, CSV one (primary unless said
    otherwise). CSV has one line a trial and step, so columns with more dimensions than those and one
    of labels do not fit in.
    """
    opened = run if isinstance(run, Run) else Run.open(run)
    suffix = Path(target).suffix.lower()
    if suffix not in _WRITERS:
        raise StoreError(f"{target}: expected a name that ends in {', '.join(_WRITERS)}")
    refuse_existing(target)
    with storage_errors(target, "write"), draft_of(Path(target)) as draft:
        return _WRITERS[suffix](opened, draft, (stream,) if stream else opened.streams)


def _netcdf(run: Run, target: Path, streams: tuple[str, ...]) -> list[str]:
    import xarray as xr

    whole = xr.Dataset()
    for stream in streams:
        data = _plain_text(run.load(stream))
        if stream != PRIMARY:
            data = data.rename({name: f"{stream}_{name}" for name in (*data.variables, *data.sizes)})
        whole = whole.merge(data, compat="no_conflicts", join="outer")
    whole.attrs = {"nado_run": json.dumps(run.metadata.to_attributes())}
    _classic(whole).to_netcdf(target, engine="scipy")
    return []


def _classic(data: "xr.Dataset") -> "xr.Dataset":
    """Write what netCDF 3 has no type for in what it has: complex as two columns, large integers as text."""
    for name in list(data.variables):
        kind = data[name].dtype.kind
        if kind == "c":
            parts = {f"{name}_real": data[name].real, f"{name}_imag": data[name].imag}
            data = data.drop_vars([name]).assign(parts)
        elif kind in "iu":
            data = data.assign({name: _whole_numbers(data[name])})
    return data


def _whole_numbers(values: "xr.DataArray") -> "xr.DataArray":
    """Give whole numbers as int32 where they fit, as float64 where that is exact, else as text."""
    largest = max((abs(int(end)) for end in (values.min(), values.max())), default=0) if values.size else 0
    if largest < 1 << 31:
        return values.astype("int32", keep_attrs=True)
    if largest <= 1 << 53:
        return values.astype("float64", keep_attrs=True)
    return values.astype(str, keep_attrs=True).astype(object, keep_attrs=True)


def _npz(run: Run, target: Path, streams: tuple[str, ...]) -> list[str]:
    arrays: dict[str, np.ndarray] = {"metadata": np.array(json.dumps(run.metadata.to_attributes()))}
    units: dict[str, str] = {}
    for stream in streams:
        prefix = "" if stream == PRIMARY else f"{stream}_"
        for name, values in _plain_text(run.load(stream)).variables.items():
            array = values.values
            arrays[f"{prefix}{name}"] = array.astype(str) if array.dtype.kind == "O" else array
            units[f"{prefix}{name}"] = str(values.attrs.get("units", ""))
    arrays[UNITS] = np.array(json.dumps({name: unit for name, unit in units.items() if unit}))
    with target.open("wb") as file:
        np.savez_compressed(file, **arrays)  # pyright: ignore[reportArgumentType]
    return []


def _csv(run: Run, target: Path, streams: tuple[str, ...]) -> list[str]:
    data = run.load(streams[0])
    by_step = any("step" in variable.dims for variable in data.data_vars.values())
    rows = (ROW, "step") if by_step else (ROW,)
    columns = {"step": np.tile(np.arange(data.sizes["step"]), data.sizes[ROW])} if by_step else {}
    left_out = []
    for name, variable in data.variables.items():
        if ROW not in variable.dims:
            continue
        others = [dim for dim in variable.dims if dim not in rows]
        if len(others) > 1 or "sample" in others:
            left_out.append(str(name))
            continue
        columns |= _csv_columns(data, str(name), rows, others)
    with target.open("w", newline="", encoding="utf-8") as file:
        file.write(f"# nado run {run.metadata.run_id}\n")
        lines = csv.writer(file)
        lines.writerow([no_formula(name) for name in columns])
        lines.writerows(zip(*(_no_formulas(values) for values in columns.values()), strict=True))
    return left_out


def _no_formulas(values: np.ndarray) -> "np.ndarray | list[str]":
    return values if values.dtype.kind not in "OTU" else [no_formula(str(each)) for each in values.ravel()]


def _csv_columns(
    data: "xr.Dataset", name: str, rows: tuple[str, ...], others: list[Hashable]
) -> dict[str, np.ndarray]:
    """Spread a variable over columns named `readout[h0_0] (V)`, repeated along rows it does not have."""
    variable = data[name]
    unit = variable.attrs.get("units", "")
    tail = f" ({unit})" if unit not in ("", "1") else ""
    sizes = {dim: data.sizes[dim] for dim in rows}
    spread = variable.drop_vars(list(variable.coords)).broadcast_like(_frame(sizes)).transpose(*rows, *others)
    flat = spread.values.reshape(int(np.prod(list(sizes.values()))), -1)
    if not others:
        return {f"{name}{tail}": flat[:, 0]}
    if flat.shape[1] == 1:
        return {f"{name}{tail}": flat[:, 0]}
    labels = data[others[0]].values if others[0] in data.coords else range(flat.shape[1])
    tails = [tail] * flat.shape[1]
    if "channel_units" in data and others == ["channel"]:
        tails = [f" ({own})" for own in data["channel_units"].values]
    named = zip(labels, tails, flat.T, strict=True)
    return {f"{name}[{label}]{own}": values for label, own, values in named}


def _frame(sizes: dict[str, int]) -> "xr.DataArray":
    import xarray as xr

    return xr.DataArray(np.zeros(tuple(sizes.values())), dims=tuple(sizes))


def _plain_text(data: "xr.Dataset") -> "xr.Dataset":
    """Turn numpy's variable-width strings into objects, which every format knows."""
    text = [name for name, variable in data.variables.items() if variable.dtype.kind == "T"]
    return data.assign({name: data[name].astype(object) for name in text})


_WRITERS: dict[str, Callable[[Run, Path, tuple[str, ...]], list[str]]] = {
    ".nc": _netcdf,
    ".csv": _csv,
    ".npz": _npz,
}
