"""Evaluate: score a twin on trials that its fit has not seen, in memory or read part by part."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from nado_lab.lab.json_file import JsonObject
from nado_lab.lab.workflow.choices import Level, Part
from nado_lab.lab.workflow.read_trials import can_stream
from nado_lab.lab.workflow.scored_part import part_to_score, rows_to_score
from nado_lab.lab.workflow.streamed_trials import MEMORY_GB, open_stream, score_in_parts
from nado_lab.observer import Observer
from nado_lab.twin import Metrics, ScoredOn, Trials, Twin, computed_on, warned
from nado_lab.twin import evaluate as score_twin
from nado_lab.twin import load as load_twin

if TYPE_CHECKING:
    from nado_lab.lab.stored_trials import StoredTrials

DRAWN_SEQUENCES, DRAWN_TRIALS = 4, 400
"""What is read to be drawn of trials that are too many for memory."""


@dataclass(frozen=True)
class EvaluateRequest:
    """Which twin to score on what: `sequences` drawn at random (None: all), within `memory_gb` GiB.

    `compute` says on which device of torch: cpu, cuda, cuda:1, mps.
    """

    twin: Path
    runs: tuple[Path, ...]
    part: Part = Part.AUTO
    level: Level = Level.STEP
    sequences: int | None = None
    memory_gb: float = MEMORY_GB
    seed: int = 0
    compute: str = "cpu"


@dataclass(frozen=True)
class EvaluateResult:
    """The metrics of a twin and what they are of; `trials` are what was scored, or some of it, to draw."""

    twin: Twin
    trials: Trials
    metrics: Metrics
    scored_on: ScoredOn
    trial_count: int
    sequence_count: int
    parts: int = 1

    def to_json(self) -> JsonObject:
        """Return the metrics and what they are of."""
        about = {
            "scored_on": self.scored_on.value,
            "trials": self.trial_count,
            "sequences": self.sequence_count,
        }
        return about | ({"parts": self.parts} if self.parts > 1 else {}) | self.metrics.to_json()


def evaluate(request: EvaluateRequest, observer: Observer | None = None) -> EvaluateResult:
    """Score a twin beside the noise floor of the runs' repeats."""
    observer = observer or Observer()
    twin = load_twin(request.twin)
    if can_stream(request.runs, request.level):
        stream = open_stream(request.runs, request.memory_gb)
        if stream.needed:
            return _in_parts(twin, stream.stored, request, observer)
    return _in_memory(twin, request, observer)


def _in_memory(twin: Twin, request: EvaluateRequest, observer: Observer) -> EvaluateResult:
    trials, scored_on, warning = part_to_score(twin, request.runs, request.level, request.part)
    if request.sequences is not None:
        trials = trials.split(_some(trials.sequence.numpy(), request))[1]
    said = map(str, trials.findings)
    with computed_on(twin, request.compute) as there:
        metrics = warned(score_twin(there, trials, seed=request.seed, observer=observer), warning, *said)
    return EvaluateResult(twin, trials, metrics, scored_on, len(trials), len(trials.sequence.unique()))


def _in_parts(
    twin: Twin, stored: StoredTrials, request: EvaluateRequest, observer: Observer
) -> EvaluateResult:
    rows, scored_on = rows_to_score(twin, stored, request.part)
    if request.sequences is not None:
        rows = rows[np.isin(stored.sequence[rows], _some(stored.sequence[rows], request))]
    numbers = np.unique(stored.sequence[rows])
    drawn = rows[np.isin(stored.sequence[rows], numbers[:DRAWN_SEQUENCES])][:DRAWN_TRIALS]
    with computed_on(twin, request.compute) as there:
        metrics, parts = score_in_parts(there, stored, rows, request.memory_gb, request.seed, observer)
    return EvaluateResult(twin, stored.read(drawn), metrics, scored_on, len(rows), len(numbers), parts)


def _some(numbers: np.ndarray, request: EvaluateRequest) -> list[int]:
    """Draw some of the sequences."""
    different = np.unique(numbers)
    return np.random.default_rng(request.seed).permutation(different)[: request.sequences].tolist()
