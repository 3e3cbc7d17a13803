"""What is measured now, in memory, ready to be drawn."""

from dataclasses import dataclass

import numpy as np
from nado_lab.lab.dashboard.models.events import RowArrived, RunStarted
from nado_lab.lab.dashboard.models.pace import Pace
from nado_lab.lab.dashboard.models.timed_trace import TimedTrace
from nado_lab.lab.dashboard.models.trace import Trace
from nado_lab.protocols import Column, Row

CAPACITY = 1_000_000
MOST_CURVES = 16
KEPT_TRIALS = 64
KEPT_READINGS = 50_000


@dataclass(frozen=True)
class Signal:
    """One curve over the time of the device."""

    name: str
    units: str
    trace: Trace | TimedTrace


class LiveRun:
    """Take the rows of one run: curves for what has steps or samples, one number a row for the rest.

    `panels` groups signals that share an axis: "input", "waveform", "readout", "rows", "monitor".
    """

    def __init__(self, start: RunStarted, capacity: int = CAPACITY) -> None:
        self.start, self.capacity = start, capacity
        self.panels: dict[str, list[Signal]] = {}
        self.trials: list[tuple[int, np.ndarray, np.ndarray]] = []
        self.rows, self.pace = 0, Pace(start.at)
        columns = start.columns.get("primary", ())
        self._sides = {column.name: column.dims[:1] == ("device",) for column in columns}
        self._feeds = [feed for column in columns if (feed := self._feed(column)) is not None]

        if start.monitors:
            self.panels["monitor"] = [
                Signal(name, unit, TimedTrace(KEPT_READINGS)) for name, unit in start.monitors.items()
            ]

    def take(self, event: RowArrived) -> None:
        """Append one row of the primary stream."""
        if event.stream == "monitor":
            self._take_readings(event)
        if event.stream != "primary":
            return
        self.rows += 1
        self.pace.arrived(event.at)
        for name, traces in self._feeds:
            _append(traces, self._of_one_device(name, np.asarray(event.row[name])))
        if "readout" in event.row and "input" in event.row:
            self._keep(event.row)

    def _take_readings(self, event: RowArrived) -> None:
        """Append readings at their time since the run began, as its own process says or as they came."""
        since = float(np.asarray(event.row.get("elapsed", event.at - self.start.at)))
        for signal in self.panels.get("monitor", []):
            if isinstance(signal.trace, TimedTrace):
                signal.trace.append(float(np.asarray(event.row[signal.name])), since)

    @property
    def is_spectral(self) -> bool:
        """Say whether there are too many channels for curves: they are drawn as a map."""
        return len(self.start.channels) > MOST_CURVES

    def spectra(self) -> tuple[np.ndarray, np.ndarray]:
        """Give readouts (step, channel) and inputs (step,) of the newest trial if it sweeps, else of all."""
        newest = self.trials[-1:] if monotonic(self.trials[-1][1]) else self.trials
        return np.concatenate([each[2] for each in newest]), np.concatenate([each[1] for each in newest])

    def repeats(self) -> list[tuple[int, np.ndarray, np.ndarray]]:
        """Give the kept trials (sequence, input (step,), readout (step, channel)) of the newest sequence."""
        if not self.trials:
            return []
        newest = self.trials[-1][0]
        return [trial for trial in self.trials if trial[0] == newest]

    @property
    def seconds(self) -> float:
        """Give the time measured so far, in seconds of the device."""
        signals = [s for panel in ("input", "readout") for s in self.panels.get(panel, [])]
        return signals[0].trace.count * signals[0].trace.step if signals else float(self.rows)

    def _feed(self, column: Column) -> tuple[str, list[Trace]] | None:
        """Decide how a column is drawn: its panel and one trace a curve."""
        if column.is_coordinate or column.name == "initial" or column.dtype == "string":
            return None
        step_s = self.start.step_s
        dims = column.dims[1:] if column.dims[:1] == ("device",) else column.dims
        if column.name in ("drive", "input"):
            return self._driven(column)
        if dims == ("step", "channel") and column.shape[-1] <= MOST_CURVES:
            return self._signals(column, "readout", list(self.start.channels), step_s)
        if dims == ("step", "sample", "contact"):
            names = [f"contact {index}" for index in range(column.shape[-1])]
            return self._signals(column, "waveform", names, step_s / column.shape[-2])
        return self._signals(column, "rows", [column.name], 1.0) if not column.dims else None

    def _driven(self, column: Column) -> tuple[str, list[Trace]] | None:
        """Draw what was applied; of ports in different units, which share no axis, the drives."""
        ports, step_s = self.start.ports, self.start.step_s
        share_an_axis = len({port.unit for port in ports}) <= 1
        if column.name != ("input" if share_an_axis else "drive"):
            return None
        names = [port.name if share_an_axis else f"drive of {port.name}" for port in ports]
        units = [port.unit if share_an_axis else "" for port in ports]
        return self._signals(column, "input", names, step_s, units)

    def _signals(
        self, column: Column, panel: str, names: list[str], step: float, units: list[str] | None = None
    ) -> tuple[str, list[Trace]]:
        each = units or [column.units] * len(names)
        traces = [Trace(self.capacity, step) for _ in names]
        signals = [Signal(*parts) for parts in zip(names, each, traces, strict=True)]
        self.panels.setdefault(panel, []).extend(signals)
        return column.name, traces

    def _of_one_device(self, name: str, values: np.ndarray) -> np.ndarray:
        """Take the first of devices side by side."""
        return values[0] if self._sides.get(name) else values

    def _keep(self, row: Row) -> None:
        self.trials.append(
            (
                int(np.asarray(row.get("sequence", self.rows))),
                np.array(self._of_one_device("input", np.asarray(row["input"]))[:, 0]),
                np.array(self._of_one_device("readout", np.asarray(row["readout"]))),
            )
        )
        del self.trials[:-KEPT_TRIALS]


def monotonic(inputs: np.ndarray) -> bool:
    """Say whether inputs (step,) only rise or only fall, as those of a sweep do."""
    steps = np.diff(inputs)
    return len(steps) > 1 and bool(np.all(steps > 0) or np.all(steps < 0))


def _append(traces: list[Trace], values: np.ndarray) -> None:
    """Lay the last axis of `values` out over the traces, the axes before it after one another."""
    if len(traces) == 1:
        traces[0].append(values)
        return
    flat = values.reshape(-1, len(traces))
    for index, trace in enumerate(traces):
        trace.append(flat[:, index])
