"""What was applied to a device in a trial of a run, as people read it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from nado_lab.port import UNNAMED, Port
from nado_lab.units import factor_between

if TYPE_CHECKING:
    import xarray as xr


def applied_in(data: xr.Dataset, ports: Sequence[Port], trial: int = 0) -> tuple[np.ndarray, list[str]]:
    """Return what was applied in a trial (step, port), in the units people use, and a label of each port.

    Of devices side by side it is the first device's. Runs of older versions hold `field` (step) in T, others
    perhaps only the drive.
    """
    if "input" in data:
        inputs = data["input"].isel(trial=trial)
        values = (inputs.isel(device=0) if "device" in inputs.dims else inputs).values
        units = [port.unit for port in ports] or [str(inputs.attrs.get("units", ""))] * values.shape[-1]
    elif "field" in data:
        values, units = data["field"].values[trial][:, None], ["T"]
    else:
        values, units = data["drive"].values[trial], [""] * data.sizes.get("port", 1)
    columns, labels = [], []
    for at, unit in enumerate(units):
        port = ports[at] if at < len(ports) else None
        shown = (port.shown if port else "") or unit
        factor = factor_between(unit, shown) or 1.0
        name = (port.quantity or port.name) if port else UNNAMED
        columns.append(values[:, at] * factor)
        labels.append(f"{name} ({shown})" if shown and shown != "1" else name)
    return np.stack(columns, axis=-1), labels
