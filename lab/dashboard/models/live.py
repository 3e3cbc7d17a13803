"""What is measured now, in memory, ready to be drawn."""

from dataclasses import dataclass

import numpy as np
from nado_lab.lab.dashboard.models.events import RowArrived, RunStarted
from nado_lab.lab.dashboard.models.trace import Trace
from nado_lab.protocols import Column, Row

CAPACITY = 1_000_000
MOST_CURVES = 16
KEPT_TRIALS = 64


@dataclass(frozen=True)
class Signal:
    """One curve over the time of the device."""

    name: str
    units: str
    trace: Trace


class LiveRun:
    """Take the rows of one run: curves for what has steps or samples, one number a row for the rest.

    `panels` groups signals that share an axis: "field", "waveform", "readout", "rows", "monitor".
    """

    def __init__(self, start: RunStarted, capacity: int = CAPACITY) -> None:
        self.start, self.capacity = start, capacity
        self.panels: dict[str, list[Signal]] = {}
        self.trials: list[tuple[int, np.ndarray, np.ndarray]] = []
        self.rows = 0
        self._feeds = [
            feed for column in start.columns.get("primary", ()) if (feed := self._feed(column)) is not None
        ]

        if start.monitors:
            self.panels["monitor"] = [
                Signal(name, unit, Trace(capacity)) for name, unit in start.monitors.items()
            ]

    def take(self, event: RowArrived) -> None:
        """Append one row of the primary stream."""
        if event.stream == "monitor":
            for signal in self.panels.get("monitor", []):
                signal.trace.append(np.atleast_1d(event.row[signal.name]))
        if event.stream != "primary":
            return
        self.rows += 1
        for name, signals in self._feeds:
            _append(signals, np.asarray(event.row[name]))
        if "readout" in event.row and "field" in event.row:
            self._keep(event.row)

    @property
    def is_spectral(self) -> bool:
        """Say whether there are too many channels for curves: they are drawn as a map."""
        return len(self.start.channels) > MOST_CURVES

    def spectra(self) -> tuple[np.ndarray, np.ndarray]:
        """Give readouts (step, channel) and fields (step,): of the newest trial if it sweeps, else of all."""
        newest = self.trials[-1:] if monotonic(self.trials[-1][1]) else self.trials
        return np.concatenate([each[2] for each in newest]), np.concatenate([each[1] for each in newest])

    def repeats(self) -> list[tuple[int, np.ndarray, np.ndarray]]:
        """Give the kept trials (sequence, field (step,), readout (step, channel)) of the newest sequence."""
        if not self.trials:
            return []
        newest = self.trials[-1][0]
        return [trial for trial in self.trials if trial[0] == newest]

    @property
    def seconds(self) -> float:
        """Give the time measured so far, in seconds of the device."""
        signals = [s for panel in ("field", "readout") for s in self.panels.get(panel, [])]
        return signals[0].trace.count * signals[0].trace.step if signals else float(self.rows)

    def _feed(self, column: Column) -> tuple[str, list[Signal]] | None:
        """Decide how a column is drawn: its panel and one signal a curve."""
        if column.is_coordinate or column.name == "initial" or column.dtype == "string":
            return None
        step_s = self.start.step_s
        if column.dims == ("step",):
            return self._signals(column, "field", [column.name], step_s)
        if column.dims == ("step", "channel") and column.shape[1] <= MOST_CURVES:
            return self._signals(column, "readout", list(self.start.channels), step_s)
        if column.dims == ("step", "sample", "contact"):
            names = [f"contact {index}" for index in range(column.shape[2])]
            return self._signals(column, "waveform", names, step_s / column.shape[1])
        return self._signals(column, "rows", [column.name], 1.0) if not column.dims else None

    def _signals(self, column: Column, panel: str, names: list[str], step: float) -> tuple[str, list[Signal]]:
        signals = [Signal(name, column.units, Trace(self.capacity, step)) for name in names]
        self.panels.setdefault(panel, []).extend(signals)
        return column.name, signals

    def _keep(self, row: Row) -> None:
        self.trials.append(
            (
                int(np.asarray(row.get("sequence", self.rows))),
                np.array(row["field"]),
                np.array(row["readout"]),
            )
        )
        del self.trials[:-KEPT_TRIALS]


def monotonic(fields: np.ndarray) -> bool:
    """Say whether fields (step,) only rise or only fall, as those of a sweep do."""
    steps = np.diff(fields)
    return len(steps) > 1 and bool(np.all(steps > 0) or np.all(steps < 0))


def _append(signals: list[Signal], values: np.ndarray) -> None:
    """Lay the last axis of `values` out over the signals, the axes before it after one another."""
    if len(signals) == 1:
        signals[0].trace.append(values)
        return
    flat = values.reshape(-1, len(signals))
    for index, signal in enumerate(signals):
        signal.trace.append(flat[:, index])
