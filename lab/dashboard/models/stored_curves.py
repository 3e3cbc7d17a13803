"""What can be drawn of stored runs: any quantity over any other of the same length."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from nado_lab.lab.store import Run, ports_of
from nado_lab.lab.store.trials import step_seconds
from nado_lab.protocols import ROW

if TYPE_CHECKING:
    from xarray import DataArray, Dataset

MOST_OF_AN_AXIS = 1000
MOST_POINTS = 20_000
STEP, TIME, ROW_NUMBER, SINCE = "step", "time in a trial", "row", "time since the run began"
LABELLED = {"input": "port", "drive": "port", "readout": "channel", "initial": "channel"}


@dataclass(frozen=True, eq=False)
class Quantity:
    """Something measured or set: values (row, step), or (row,) where it has one value a row."""

    name: str
    units: str
    values: np.ndarray

    @property
    def by_step(self) -> bool:
        """Say whether it has a value at every step."""
        return self.values.ndim == 2


@dataclass(frozen=True, eq=False)
class StoredCurves:
    """The quantities of one run, in the order in which they are offered."""

    path: Path
    quantities: dict[str, Quantity]

    def over(self, x: str) -> list[str]:
        """Name what can be drawn over the quantity `x`."""
        found = self.quantities.get(x)
        return [n for n, q in self.quantities.items() if found and n != x and q.by_step == found.by_step]


@dataclass(frozen=True, eq=False)
class Line:
    """What is drawn of one run: y (n,) over x (n,); `spread` (n,) about y, or None; joined, or as dots."""

    x: np.ndarray
    y: np.ndarray
    spread: np.ndarray | None
    joined: bool


def read_curves(path: Path) -> StoredCurves:
    """Read the rows of a run; of devices side by side the first."""
    run = Run.open(path)
    data = run.load()
    if "device" in data.dims:
        data = data.isel(device=0)
    found = list(_quantities(data, [port.unit for port in ports_of(run.metadata)]))
    by_step = [each for each in found if each.by_step]
    scalars = [each for each in found if not each.by_step]
    means = [Quantity(f"mean of {each.name}", each.units, each.values.mean(1)) for each in by_step]
    axes = [_steps(by_step[0], STEP, 1.0, "")] if by_step else []
    if by_step and (step_s := step_seconds(run.metadata)):
        axes.append(_steps(by_step[0], TIME, step_s, "s"))
    axes.append(Quantity(ROW_NUMBER, "", np.arange(data.sizes[ROW], dtype=float)))
    if "elapsed" in data.variables:
        axes.append(Quantity(SINCE, "s", data["elapsed"].values))
    return StoredCurves(path, {each.name: each for each in (*by_step, *scalars, *means, *axes)})


def line(run: StoredCurves, x: str, y: str) -> Line | None:
    """Lay `y` out over `x`: over steps as mean of all rows and spread, else point by point; None: has not."""
    over, values = run.quantities.get(x), run.quantities.get(y)
    if over is None or values is None or over.by_step != values.by_step:
        return None
    if x in (STEP, TIME):
        return Line(over.values[0], values.values.mean(0), values.values.std(0), joined=True)
    flat_x, flat_y = over.values.ravel(), values.values.ravel()
    every = -(-len(flat_x) // MOST_POINTS) or 1
    return Line(flat_x[::every], flat_y[::every], None, joined=x in (ROW_NUMBER, SINCE))


def offered(runs: Sequence[StoredCurves], x: str = "") -> list[str]:
    """Name the quantities of all these runs: those that can be x, or those to draw over `x`."""
    names = [run.over(x) if x else list(run.quantities) for run in runs]
    return [name for name in names[0] if all(name in others for others in names[1:])] if names else []


def _steps(like: Quantity, name: str, each: float, units: str) -> Quantity:
    steps = each * np.arange(like.values.shape[1])
    return Quantity(name, units, np.broadcast_to(steps, like.values.shape))


def _quantities(data: Dataset, ports: Sequence[str]) -> Iterator[Quantity]:
    for key in ("readout", "input", *[k for k in data.variables if k not in ("readout", "input")]):
        name = str(key)
        if (
            name not in data.variables
            or name in ("elapsed", "drive", "initial")
            or data[name].dims[:1] != (ROW,)
        ):
            continue
        if data[name].dtype.kind not in "iufb" or name == ROW:
            continue
        yield from _parts(name, data[name], data, ports)


def _parts(name: str, values: DataArray, data: Dataset, ports: Sequence[str]) -> Iterator[Quantity]:
    """Give one quantity a row, a step, or a channel or port of each step."""
    units = str(values.attrs.get("units", ""))
    units = "" if units == "1" or units.startswith("see") else units
    if values.ndim == 1 or values.dims == (ROW, "step"):
        yield Quantity(name, units, values.values.astype(float))
    elif values.dims == (ROW, "step", LABELLED.get(name, "")):
        across = values.dims[2]
        labels = data[across].values if across in data.coords else range(values.shape[2])
        own = data["channel_units"].values if across == "channel" and "channel_units" in data.coords else None
        for index, label in list(enumerate(labels))[:MOST_OF_AN_AXIS]:
            unit = str(own[index]) if own is not None else units
            unit = ports[index] if across == "port" and index < len(ports) else unit
            yield Quantity(f"{label}", unit, values.values[:, :, index])
