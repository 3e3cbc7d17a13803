"""`nado twin evaluate`: the scores of a twin, on trials in memory or read part by part."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from nado_lab.lab.errors import LabError
from nado_lab.lab.workflow.read_trials import PARTS, part_to_score, streams

if TYPE_CHECKING:
    from nado_lab.lab.stored_trials import StoredTrials
    from nado_lab.twin import Trials, Twin


@dataclass(frozen=True)
class Asked:
    """What to score on: level, part, how many sequences (None: all), within how much memory (GiB)."""

    level: str
    part: str
    sequences: int | None
    memory_gb: float
    seed: int


def score(twin: Twin, runs: list[Path], asked: Asked) -> tuple[Trials, dict[str, Any]]:
    """Return trials to draw (some, if they were too many for memory) and the scores with what they are of."""
    from nado_lab.lab.workflow.streamed_trials import open_stream

    if streams(runs, asked.level) and (stream := open_stream(runs, asked.memory_gb)).needed:
        return _stored(twin, stream.stored, asked)
    return _in_memory(twin, runs, asked)


def _in_memory(twin: Twin, runs: list[Path], asked: Asked) -> tuple[Trials, dict[str, Any]]:
    from nado_lab.twin import evaluate

    trials, scored_on = part_to_score(twin, runs, asked.level, asked.part)
    if asked.sequences is not None:
        trials = trials.split(_some(trials.sequence.numpy(), asked))[1]
    about = {"scored_on": scored_on, "trials": len(trials), "sequences": len(trials.sequence.unique())}
    return trials, about | evaluate(twin, trials, seed=asked.seed).to_json()


def _stored(twin: Twin, stored: StoredTrials, asked: Asked) -> tuple[Trials, dict[str, Any]]:
    from nado_lab.lab.workflow.streamed_trials import score_in_parts

    rows, scored_on = _rows(twin, stored, asked.part)
    if asked.sequences is not None:
        rows = rows[np.isin(stored.sequence[rows], _some(stored.sequence[rows], asked))]
    numbers = np.unique(stored.sequence[rows])
    about = {"scored_on": scored_on, "trials": len(rows), "sequences": len(numbers)}
    drawn = rows[np.isin(stored.sequence[rows], numbers[:4])][:400]
    found = score_in_parts(twin, stored, rows, asked.memory_gb, asked.seed)
    return stored.read(drawn), about | found


def _some(numbers: np.ndarray, asked: Asked) -> list[int]:
    """Draw some of the sequences."""
    different = np.unique(numbers)
    return np.random.default_rng(asked.seed).permutation(different)[: asked.sequences].tolist()


def _rows(twin: Twin, stored: StoredTrials, part: str) -> tuple[np.ndarray, str]:
    """Choose rows as `part_to_score` does: the marked ones, or what was set aside for scoring."""
    if part not in PARTS:
        raise LabError(f"--part must be one of {', '.join(PARTS)}; got {part!r}")
    everything, marked = np.arange(len(stored)), stored.held_out
    if part in ("auto", "test") and marked.any():
        return everything[marked], "marked part"
    if part == "train":
        return everything[~marked], "train part (the twin may have seen it)"
    if part == "test":
        raise LabError("the runs mark no trials for testing; leave --part out")
    if not set(stored.lineage) & set(twin.card.lineage):
        return everything, "all trials"
    split = twin.card.split
    aside = split.scored.sequences if split and split.scored else ()
    if part == "auto" and aside and tuple(stored.lineage) == twin.card.lineage:
        return everything[np.isin(stored.sequence, aside)], "scored part"
    return everything, "all trials (the twin was fitted to some)"
