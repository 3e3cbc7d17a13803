"""Fits and scores of runs that are larger than memory: trials are read from the store part by part."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from nado_lab.lab.json_file import JsonObject
from nado_lab.lab.stored_trials import StoredTrials
from nado_lab.observer import Observer, PartOf
from nado_lab.twin import Metrics, evaluate, unseen, warned
from pydantic import TypeAdapter

if TYPE_CHECKING:
    from nado_lab.lab.store import Run
    from nado_lab.twin import Trials, Twin
    from torch import Tensor

GIB = 2**30
MEMORY_GB = 8.0
"""What a fit or a score may take beside the program itself, unless it is told otherwise (GiB)."""
TIMES = 20
"""What a fit or a score needs at its peak, in multiples of its trials (benchmarks/larger_than_memory)."""
SHOTS = 16
"""So many times more where there are no repeats, and a twin answers every trial so often."""
PIECES = 16
"""Pieces of the runs that are in memory at a time."""


class Stream:
    """Trials of stored runs of which `most` are held in memory at a time; `read` counts the further ones."""

    def __init__(self, stored: StoredTrials, most: int, seed: int = 0) -> None:
        self.stored, self.most, self.seed = stored, most, seed
        self.read = 0
        chunk = stored.chunk_trials()
        self._piece = chunk * max(1, most // PIECES // chunk)

    @property
    def needed(self) -> bool:
        """Tell whether there are more trials than may be held."""
        return len(self.stored) > self.most

    def first(self) -> Trials:
        """Read random pieces of the runs, as many trials as may be held."""
        count = len(self.stored)
        pieces = np.random.default_rng(self.seed).permutation(-(-count // self._piece))
        rows = np.concatenate([np.arange(each * self._piece, (each + 1) * self._piece) for each in pieces])
        found = self.stored.read(rows[rows < count][: self.most])
        return replace(found, findings=(*self.stored.findings, *found.findings))

    def more(self, held_out: Tensor) -> Iterator[Trials]:
        """Read trials without end, piece by piece, but none of the sequences that are held out."""
        for piece in self.stored.blocks(self._piece, self.seed + 1):
            block, _ = piece.for_fitting().split(held_out.tolist())
            self.read += len(block)
            if len(block):
                yield block


def open_stream(runs: Sequence[str | Path | Run], memory_gb: float = MEMORY_GB, seed: int = 0) -> Stream:
    """Open runs so that a fit of them takes about `memory_gb` GiB at most beside the program itself."""
    stored = StoredTrials(*runs)
    most = int(memory_gb * GIB / TIMES / stored.trial_bytes)
    return Stream(stored, max(most, 2 * stored.chunk_trials()), seed)


def score_in_parts(
    twin: Twin,
    stored: StoredTrials,
    rows: np.ndarray,
    memory_gb: float = MEMORY_GB,
    seed: int = 0,
    observer: Observer | None = None,
) -> tuple[Metrics, int]:
    """Score a twin on some rows of stored trials, whole sequences at a time, so many as memory allows.

    Every figure is the mean of the parts', weighted by their trials; the second value counts the parts.
    Drives that the twin was fitted to are left out of each part, or said to be all there is of it.
    """
    parts = list(_sequences_together(stored, rows, memory_gb))
    found: list[JsonObject] = []
    weights: list[int] = []
    observer = observer or Observer()
    for number, each in enumerate(parts):
        look = PartOf(observer, number / len(parts), (number + 1) / len(parts))
        trials, warning = unseen(twin.card.drives, stored.read(each).on(twin.ports))
        found.append(warned(evaluate(twin, trials, seed=seed, observer=look), warning).to_json())
        weights.append(len(trials))
    mean = _mean(found, weights)
    return TypeAdapter(Metrics).validate_python(Metrics.current(mean)), len(parts)


def _sequences_together(stored: StoredTrials, rows: np.ndarray, memory_gb: float) -> Iterator[np.ndarray]:
    """Part rows by whole sequences, in the order in which they were first measured."""
    numbers, first, which, counts = np.unique(
        stored.sequence[rows], return_index=True, return_inverse=True, return_counts=True
    )
    times = TIMES * (1 if counts.max() > 1 else SHOTS)
    most = max(1, int(memory_gb * GIB / times / stored.trial_bytes))
    order = np.argsort(first)
    part = np.empty(len(numbers), int)
    part[order] = (np.cumsum(counts[order]) - 1) // most
    of_row = part[which]
    together = np.argsort(of_row, kind="stable")
    yield from np.split(rows[together], np.flatnonzero(np.diff(of_row[together])) + 1)


def _mean(found: list[JsonObject], weights: list[int]) -> JsonObject:
    """Average numbers by weight, mapping by mapping; collect the warnings."""
    result: JsonObject = {}
    for name, value in found[0].items():
        values = [each.get(name) for each in found]
        if name == "warnings":
            result[name] = list(dict.fromkeys(text for each in values for text in each or ()))
        elif isinstance(value, dict):
            result[name] = _mean([each or {} for each in values], weights)
        else:
            known = [each for each in values if each is not None]
            whole = len(known) == len(values)
            result[name] = float(np.average(known, weights=weights)) if whole else None
    return result
