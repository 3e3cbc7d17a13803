"""The trials of runs that are too large for memory: what there is, and any part of it when it is wanted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from nado_lab.lab.store.errors import StoreError
from nado_lab.lab.store.layout import PRIMARY
from nado_lab.lab.store.reader import Run
from nado_lab.lab.store.trials import TrialArrays, check_alike, load_part

SINGLE = 4  # bytes of a number once it is read for a fit


class StoredTrials:
    """Trials of one or several runs, numbered through; only sequence numbers and marks are in memory."""

    def __init__(self, *runs: str | Path | Run) -> None:
        if not runs:
            raise StoreError("no run was given; expected at least one")
        self.runs = [run if isinstance(run, Run) else Run.open(run) for run in runs]
        self._data = [run.dataset(PRIMARY) for run in self.runs]
        self._check()
        counts = [run.rows() for run in self.runs]
        self._first = np.cumsum([0, *counts])
        self.sequence, self.held_out = self._columns()

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

    def read(self, rows: np.ndarray) -> TrialArrays:
        """Read trials by their numbers, in ascending order; neighbours are read together."""
        rows = np.unique(rows)
        breaks = np.flatnonzero(np.diff(rows) > 1) + 1
        pieces = [
            self._stretch(int(each[0]), int(each[-1]) + 1) for each in np.split(rows, breaks) if len(each)
        ]
        return self._joined([part for piece in pieces for part in piece], rows)

    def blocks(self, size: int, seed: int) -> Iterator[TrialArrays]:
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

    def _stretch(self, start: int, stop: int) -> Iterator[TrialArrays]:
        """Read neighbours, run by run."""
        for run, data, (first, last) in zip(self.runs, self._data, self._bounds(), strict=True):
            low, high = max(start, first), min(stop, last)
            if low < high:
                yield load_part(run, data.isel(trial=slice(low - first, high - first)))

    def _joined(self, parts: list[TrialArrays], rows: np.ndarray) -> TrialArrays:
        initials = [part.initial for part in parts if part.initial is not None]
        return replace(
            parts[0],
            drive=np.concatenate([part.drive for part in parts]),
            readout=np.concatenate([part.readout for part in parts]),
            initial=np.concatenate(initials) if len(initials) == len(parts) else None,
            sequence=self.sequence[rows],
            held_out=self.held_out[rows],
            lineage=self.lineage,
        )

    def _check(self) -> None:
        """Refuse runs without trials, and such as cannot be used as one."""
        few = [load_part(r, d.isel(trial=slice(0, 1))) for r, d in zip(self.runs, self._data, strict=True)]
        for run, part in zip(self.runs, few, strict=True):
            check_alike(self.runs[0], few[0], run, part)

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
