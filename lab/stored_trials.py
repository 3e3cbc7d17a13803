"""The trials of runs that are too large for memory: what there is, and any part of it when it is wanted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from nado_lab.lab.store.layout import PRIMARY
from nado_lab.lab.store.trials import trials_in
from nado_lab.lab.trials import as_trials, open_runs
from nado_lab.twin import Trials, join

if TYPE_CHECKING:
    from nado_lab.lab.store import Run, TrialArrays

SINGLE = 4  # bytes of a number once it is read for a fit
HEAD = 16  # trials of each run that tell which of its channels hold numbers


class StoredTrials:
    """Trials of one or several runs, numbered through; only sequence numbers and marks are in memory."""

    def __init__(self, *runs: str | Path | Run) -> None:
        self.runs = open_runs(*runs)
        self._data = [run.dataset(PRIMARY) for run in self.runs]
        self._first = np.cumsum([0, *(run.rows() for run in self.runs)])
        self.sequence, self.held_out = self._columns()
        heads = [as_trials(self._arrays(number, 0, HEAD)) for number in range(len(self.runs))]
        self.findings = tuple(each for head in heads for each in head.findings if each.channels)
        self._left_out = frozenset(name for each in self.findings for name in each.channels)
        parts = [self._rows(number, 0, 1) for number in range(len(self.runs))]
        self.ports = join(parts).ports  # refuses runs that cannot be used as one

    def __len__(self) -> int:
        return int(self._first[-1])

    @property
    def lineage(self) -> tuple[str, ...]:
        """Return the ids of the runs."""
        return tuple(run.metadata.run_id for run in self.runs)

    @property
    def trial_bytes(self) -> int:
        """Return what one trial takes in memory: drive and readout in single precision."""
        first = self._data[0]
        return sum(SINGLE * int(np.prod(first[name].shape[1:])) for name in ("drive", "readout"))

    def read(self, rows: np.ndarray) -> Trials:
        """Read trials by their numbers, ascending, in one window a port; neighbours are read together."""
        rows = np.unique(rows)
        breaks = np.flatnonzero(np.diff(rows) > 1) + 1
        pieces = [each for each in np.split(rows, breaks) if len(each)]
        parts = [part for each in pieces for part in self._stretch(int(each[0]), int(each[-1]) + 1)]
        return replace(
            join([part.on(self.ports) for part in parts]),
            sequence=torch.as_tensor(self.sequence[rows]),
            held_out=torch.as_tensor(self.held_out[rows]),
            lineage=self.lineage,
        )

    def blocks(self, size: int, seed: int) -> Iterator[Trials]:
        """Read all trials again and again without end, `size` neighbours at a time, in random order."""
        draw = np.random.default_rng(seed)
        starts = np.concatenate([np.arange(a, b, size) for a, b in self._bounds()])
        while True:
            for start in draw.permutation(starts):
                stop = min(start + size, self._first[self._run_of(start) + 1])
                yield self.read(np.arange(start, stop))

    def chunk_trials(self) -> int:
        """Return how many neighbouring trials lie in one piece on the disk."""
        return int(self._data[0]["readout"].encoding["chunks"][0])

    def _bounds(self) -> Iterator[tuple[int, int]]:
        return zip(self._first[:-1].tolist(), self._first[1:].tolist(), strict=True)

    def _run_of(self, row: int) -> int:
        return int(np.searchsorted(self._first, row, side="right")) - 1

    def _stretch(self, start: int, stop: int) -> Iterator[Trials]:
        """Read neighbours, run by run."""
        for number, (first, last) in enumerate(self._bounds()):
            low, high = max(start, first), min(stop, last)
            if low < high:
                yield self._rows(number, low - first, high - first)

    def _rows(self, number: int, low: int, high: int) -> Trials:
        """Read some trials of one run."""
        return as_trials(self._arrays(number, low, high), self._left_out)

    def _arrays(self, number: int, low: int, high: int) -> TrialArrays:
        return trials_in(self.runs[number], self._data[number].isel(trial=slice(low, high)))

    def _columns(self) -> tuple[np.ndarray, np.ndarray]:
        """Read the sequence numbers, unique across runs, and which trials are marked as held out."""
        numbers, marks, count = [], [], 0
        for data in self._data:
            rows = data.sizes["trial"]
            own = data["sequence"].values if "sequence" in data else np.arange(rows)
            numbers.append(own + count)
            count = int(numbers[-1].max(initial=-1)) + 1
            marks.append(data["held_out"].values.astype(bool) if "held_out" in data else np.zeros(rows, bool))
        return np.concatenate(numbers), np.concatenate(marks)
