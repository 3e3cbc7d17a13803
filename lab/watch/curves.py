"""The newest rows of a run as curves: arrays of the last row, numbers of the last rows."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from nado_lab.lab.si_text import PLAIN, PREFIXES
from nado_lab.lab.store import Run, StoreError
from nado_lab.lab.watch.snapshot import Curve, Plot
from nado_lab.protocols import ROW
from nado_lab.units import to_si

if TYPE_CHECKING:
    from xarray import DataArray, Dataset

MOST_CURVES, MOST_PLOTS = 6, 6
MANY_CHANNELS = 16
"""Of more channels than these (a spectrum) the last steps are drawn over the channels."""
LAST_ROWS = 200
POINTS = 400


def newest_plots(run: Run) -> tuple[Plot, ...]:
    """Draw what the last rows of a run say; nothing of a run without rows."""
    rows = run.rows()
    if not rows:
        return ()
    arrays = run.load(first=rows - 1, columns=_names(run, "primary", with_arrays=True))
    found = [plot for name in _by_interest(arrays) if (plot := _of_last_row(arrays, name, rows))]
    found += _of_numbers(run, "primary", rows)
    if "monitor" in run.streams and run.rows("monitor"):
        found += _of_numbers(run, "monitor", run.rows("monitor"))
    return tuple(found[:MOST_PLOTS])


def _names(run: Run, stream: str, *, with_arrays: bool) -> list[str]:
    """Name the columns of numbers that are an array each row, or that are one number."""
    data = run.dataset(stream)
    kinds = {str(name): data[name] for name in data.data_vars if data[name].dims[:1] == (ROW,)}
    wanted = {name: each for name, each in kinds.items() if each.dtype.kind in "fiu"}
    return [name for name, each in wanted.items() if (each.ndim > 1) == with_arrays]


def _by_interest(data: Dataset) -> list[str]:
    """Sort: what was read, what was applied, the rest; samples of waveforms are left to the dashboard."""
    first = {"readout": 0, "input": 1}
    names = [str(name) for name in data.data_vars if name not in ("initial", "waveform", "drive")]
    return sorted(names, key=lambda name: first.get(name, len(first)))


def _of_last_row(data: Dataset, name: str, rows: int) -> Plot | None:
    """Draw one array of the last row over its steps; of many channels, the last steps over the channels."""
    values = data[name].isel({ROW: -1})
    if values.dims[:1] == ("device",):
        values = values.isel(device=0)
    if values.ndim not in (1, 2) or 0 in values.shape:
        return None
    if values.ndim == 1:
        lines, along = {name: np.asarray(values.values)}, str(values.dims[0])
    elif name == "readout" and values.shape[1] > MANY_CHANNELS:
        lines, along = _last_steps(values), str(values.dims[1])
    else:
        lines, along = _channels(data, values), str(values.dims[0])
    unit, factor = _prefixed(str(data[name].attrs.get("units", "")), list(lines.values()))
    curves = tuple(_curve(each, np.arange(len(y)), y * factor) for each, y in lines.items())
    return Plot(f"{name}{unit} of the last row, number {rows - 1}", along, curves)


def _channels(data: Dataset, values: DataArray) -> dict[str, np.ndarray]:
    dim = str(values.dims[1])
    known = data.coords[dim].values if dim in data.coords else range(values.shape[1])
    names = [str(each) if isinstance(each, str) else f"{dim} {each}" for each in list(known)]
    return {names[i]: np.asarray(values.values[:, i]) for i in range(min(values.shape[1], MOST_CURVES))}


def _last_steps(values: DataArray) -> dict[str, np.ndarray]:
    first = max(0, values.shape[0] - 3)
    return {f"step {step}": np.asarray(values.values[step]) for step in range(first, values.shape[0])}


def _of_numbers(run: Run, stream: str, rows: int) -> list[Plot]:
    """Draw the columns of one number a row over the time since the run began."""
    names = _names(run, stream, with_arrays=False)[:MOST_PLOTS]
    if not names or rows < 2:
        return []
    data = run.load(stream, first=max(0, rows - LAST_ROWS), columns=[*names, "elapsed"])
    elapsed = np.asarray(data["elapsed"].values, float)
    plots = []
    for name in names:
        y = np.asarray(data[name].values, float)
        unit, factor = _prefixed(str(data[name].attrs.get("units", "")), [y])
        plots.append(Plot(f"{name}{unit}", "s since the run began", (_curve(name, elapsed, y * factor),)))
    return plots


def _curve(name: str, x: np.ndarray, y: np.ndarray) -> Curve:
    """Keep the least and the greatest of every stretch where there are more points than pixels."""
    y = np.asarray(y, float)
    if len(y) <= POINTS:
        return Curve(name, np.asarray(x, float), y)
    edges = np.linspace(0, len(y), POINTS // 2 + 1).astype(int)
    keep = [
        first + int(place) for first, last in pairwise(edges) for place in sorted(_extremes(y[first:last]))
    ]
    return Curve(name, np.asarray(x, float)[keep], y[keep])


def _extremes(part: np.ndarray) -> set[int]:
    """Give the places of the least and the greatest of some values; of none, none."""
    known = np.nan_to_num(part)
    return {int(np.argmin(known)), int(np.argmax(known))} if len(part) else set()


def _prefixed(unit: str, values: list[np.ndarray]) -> tuple[str, float]:
    """Give " (mT)" and the factor 1000 for values in T of some thousandths; nothing for pure numbers."""
    if unit in ("", "1") or unit.startswith("see"):
        return "", 1.0
    largest = max((float(np.nanmax(np.abs(each), initial=0.0)) for each in values), default=0.0)
    if unit in PLAIN or to_si(unit) != (unit, 1.0) or not np.isfinite(largest) or not largest:
        return f" ({unit})", 1.0
    power = max(min(PREFIXES), min(max(PREFIXES), int(np.floor(np.log10(largest) / 3))))
    return f" ({PREFIXES[power]}{unit})", 1000.0**-power


def plots_or_why(run: Run) -> tuple[tuple[Plot, ...], str]:
    """Draw the newest rows, or say in a line why they cannot be drawn."""
    try:
        return newest_plots(run), ""
    except StoreError as error:
        return (), str(error)
    except (OSError, ValueError, KeyError) as error:
        return (), f"its newest rows cannot be drawn now: {type(error).__name__}: {error}"
