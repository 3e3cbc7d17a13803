"""Part trials in three: what is fitted, what says when to stop, and what scores the twin."""

# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import torch
from nado_lab.twin.data.trials import Trials
from nado_lab.twin.errors import DataError
from torch import Tensor

SCORED_SHARE = 0.1
MOST_SCORED = 200
FEWEST_SEQUENCES = 5
FEWEST_REPEATS = 12
FEWEST_SCORED_REPEATS = 4
SCORED_SEED = 7919


class ScoredOn(StrEnum):
    """What a twin is scored on: which part of the runs it was fitted to, or others."""

    MARKED = "marked part"
    SCORED = "scored part"
    STOPPING = "stopping part"
    TRAIN = "train part (the twin may have seen it)"
    ALL = "all trials"
    ALL_SOME_FITTED = "all trials (the twin was fitted to some)"
    OTHER_RUNS = "other runs"


@dataclass(frozen=True)
class PartRecord:
    """What is in a part: sequences and trials; of windows blocks (long trial, first step, end)."""

    trials: int = 0
    sequences: tuple[int, ...] = ()
    blocks: tuple[tuple[int, int, int], ...] = ()


@dataclass(frozen=True)
class StreamRecord:
    """Of trials larger than memory: how many are stored, are in memory at a time, were read later."""

    stored: int
    in_memory: int
    read_later: int


@dataclass(frozen=True)
class SplitRecord:
    """What was fitted, said when to stop and was set aside to score, as a share of so many trials."""

    fitted: PartRecord = PartRecord()
    stopping: PartRecord = PartRecord()
    scored: PartRecord | None = None
    scored_share: float = 0.0
    trials: int = 0
    streamed: StreamRecord | None = None


@dataclass(frozen=True)
class Split:
    """Hold the trials to learn from (fitted and stopping) and those set aside to score; None: too few."""

    training: Trials
    scored: Trials | None
    scored_on: ScoredOn


def split_scored(trials: Trials, share: float = SCORED_SHARE, seed: int = 0) -> Split:
    """Set a part of the trials aside to score: the marked ones, else `share` of the sequences at random.

    Of windows of long trials the last steps of each are set aside, and windows that reach into them are left
    out; of one sequence some repeats. With fewer than 5 sequences or 12 repeats nothing is set aside.
    """
    marked = trials.marked()
    if marked is not None:
        return Split(trials.for_fitting(), marked, ScoredOn.MARKED)
    found = _cut(trials, share, seed + SCORED_SEED, scored=True) if share > 0 else None
    if found is None:
        return Split(trials, None, ScoredOn.STOPPING)
    return Split(*found, ScoredOn.SCORED)


def split_stopping(trials: Trials, share: float, seed: int) -> tuple[Trials, Trials]:
    """Return (what is fitted, what decides which state was best)."""
    found = _cut(trials, share, seed, scored=False)
    if found is None:
        raise DataError("a fit needs two sequences, two repeats, or windows of a long trial; got one trial")
    return found


def describe(part: Trials | None) -> PartRecord:
    """Tell what is in a part."""
    if part is None:
        return PartRecord()
    if part.origin is None:
        return PartRecord(len(part), tuple(part.sequence.unique().tolist()))
    return PartRecord(len(part), blocks=tuple(_blocks(part.origin, part.drive.shape[1])))


def _cut(trials: Trials, share: float, seed: int, scored: bool) -> tuple[Trials, Trials] | None:
    """Return (the rest, the part), or None where there is too little."""
    if trials.origin is not None:
        return _cut_windows(trials, trials.origin, share, spare=2 if scored else 1)
    numbers = trials.sequence.unique()
    if len(numbers) >= (FEWEST_SEQUENCES if scored else 2):
        count = max(1, round(share * len(numbers)))
        count = min(count, MOST_SCORED) if scored else count
        return trials.split(numbers[_shuffled(len(numbers), seed)[:count]].tolist())
    if len(numbers) > 1 or len(trials) < (FEWEST_REPEATS if scored else 2):
        return None
    least = FEWEST_SCORED_REPEATS if scored else 1
    order, count = _shuffled(len(trials), seed), max(least, round(share * len(trials)))
    return trials.at(order[count:]), trials.at(order[:count])


def _cut_windows(trials: Trials, origin: Tensor, share: float, spare: int) -> tuple[Trials, Trials] | None:
    """Cut the last `share` of the steps of every long trial off; a window belongs to one side or is left out.

    Trials that would keep fewer than `spare` windows without overlap stay whole; if all would, the last
    trials are cut off whole.
    """
    length, blocks = trials.drive.shape[1], _blocks(origin, trials.drive.shape[1])
    early = torch.ones(len(trials), dtype=torch.bool)
    late = torch.zeros(len(trials), dtype=torch.bool)
    for number, low, high in blocks:
        mine, block = origin[:, 0] == number, max(length, round(share * (high - low)))
        if high - low >= spare * length + block:
            late |= mine & (origin[:, 1] >= high - block)
            early &= ~mine | (origin[:, 1] + length <= high - block)
    if not late.any() and len(blocks) > spare:
        last = blocks[-max(1, round(share * len(blocks)))][0]
        late = origin[:, 0] >= last
        early = ~late
    return (trials.at(early), trials.at(late)) if late.any() else None


def _blocks(origin: Tensor, length: int) -> list[tuple[int, int, int]]:
    """Return (long trial, first step, end) of the windows of every long trial."""
    found: list[tuple[int, int, int]] = []
    for number in origin[:, 0].unique().tolist():
        begins = origin[origin[:, 0] == number, 1]
        found.append((number, int(begins.min()), int(begins.max()) + length))
    return found


def _shuffled(count: int, seed: int) -> Tensor:
    return torch.randperm(count, generator=torch.Generator().manual_seed(seed))
