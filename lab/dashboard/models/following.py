"""Look on while another process measures: its rows come from the store as they are committed."""

from __future__ import annotations

from collections.abc import Hashable
from pathlib import Path
from typing import TYPE_CHECKING

from nado_lab.lab.dashboard.models.events import Post, RowArrived, RunStarted
from nado_lab.lab.store import Run, channel_axis, ports_of
from nado_lab.protocols import ROW, Column

if TYPE_CHECKING:
    from xarray import DataArray

MOST_AT_ONCE = 256


class Follower:
    """Post the rows of a growing run, each once, as the run's own process would."""

    def __init__(self, run: Path, label: str, rows: int, post: Post) -> None:
        self._run, self._label, self.rows, self._post = run, label, rows, post
        self._seen: dict[str, int] = {}

    def look(self) -> int:
        """Post what is new, at most MOST_AT_ONCE rows a stream; count the primary rows posted so far."""
        run = Run.open(self._run)
        if run.rows() and not self._seen:
            self._announce(run)
        if self._seen:
            for stream in self._seen:
                self._pass_on(run, stream)
        return self._seen.get("primary", 0)

    def _announce(self, run: Run) -> None:
        data = run.dataset()
        units = str(data["readout"].attrs.get("units", "")) if "readout" in data else ""
        channels = tuple(map(str, data["channel"].values)) if "channel" in data.coords else ()
        own = tuple(map(str, data["channel_units"].values)) if "channel_units" in data.coords else ()
        step_s, monitors = float(run.metadata.notes.get("step_s", 1.0)), self._monitors(run)
        by_row = [name for name in data.variables if _by_row(data[name])]
        columns = {"primary": tuple(_column(name, data[name]) for name in by_row)}
        self._seen = {"primary": 0} | ({"monitor": 0} if monitors else {})
        what = (str(self._run), self._label, columns, channels, own or (units,) * len(channels), step_s)
        self._post(RunStarted(*what, self.rows, monitors, channel_axis(data), ports_of(run.metadata)))

    def _monitors(self, run: Run) -> dict[str, str]:
        if "monitor" not in run.streams:
            return {}
        data = run.dataset("monitor")
        return {str(name): str(data[name].attrs.get("units", "")) for name in data.data_vars}

    def _pass_on(self, run: Run, stream: str) -> None:
        first = self._seen[stream]
        last = min(run.rows(stream), first + MOST_AT_ONCE)
        if last <= first:
            return
        part = run.load(stream, first, last)
        for number in range(last - first):
            row = {name: part[name].values[number] for name in part.variables if _by_row(part[name])}
            self._post(RowArrived(stream, {str(name): value for name, value in row.items()}))
        self._seen[stream] = last


def _by_row(values: DataArray) -> bool:
    return values.dims[:1] == (ROW,)


def _column(name: Hashable, values: DataArray) -> Column:
    dtype = "string" if values.dtype.kind in "OUT" else str(values.dtype)
    coordinate = bool(name in values.coords)
    units = str(values.attrs.get("units", "1"))
    return Column(
        str(name), tuple(map(str, values.dims[1:])), values.shape[1:], dtype, units, is_coordinate=coordinate
    )
