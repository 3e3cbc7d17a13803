"""Which runs are the same measurement: by the id of the run, and by what was measured."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from nado_lab.lab.store.layout import PRIMARY
from nado_lab.lab.store.ports import ports_of
from nado_lab.lab.store.reader import Run
from nado_lab.lab.store.trials import channel_units

ROWS = 16
"""Rows from either end of a run that are compared: noise makes any one of them unique."""


def distinct(runs: Iterable[str | Path | Run]) -> tuple[list[Run], list[tuple[Run, Run]]]:
    """Open runs and count each measurement once; return those, and the pairs (again, the one it repeats)."""
    kept: list[Run] = []
    again: list[tuple[Run, Run]] = []
    known: dict[str, Run] = {}
    for each in runs:
        run = each if isinstance(each, Run) else Run.open(each)
        names = {run.metadata.run_id, content_of(run)} - {""}
        earlier = next((known[name] for name in names if name in known), None)
        if earlier is None:
            kept.append(run)
            known |= dict.fromkeys(names, run)
        else:
            again.append((run, earlier))
    return kept, again


def content_of(run: Run) -> str:
    """Name what a run measured: a hash of shape, units, ports, first and last rows; empty without any."""
    data = run.dataset(PRIMARY)
    if "readout" not in data or not data.sizes.get("trial"):
        return ""
    about = (data["readout"].shape, channel_units(data), ports_of(run.metadata))
    told = hashlib.sha256(str(about).encode())
    count = data.sizes["trial"]
    rows = sorted({*range(min(ROWS, count)), *range(max(0, count - ROWS), count)})
    for name in ("drive", "readout"):
        if name in data:
            told.update(np.ascontiguousarray(data[name].isel(trial=rows).values, dtype="<f8").tobytes())
    return told.hexdigest()
