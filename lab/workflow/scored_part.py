"""Which trials of runs a twin is scored on: those that its fit has not seen, unless others are asked for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from nado_lab.lab.errors import LabError
from nado_lab.lab.workflow.choices import Level, Part
from nado_lab.lab.workflow.read_trials import WINDOW, read_trials
from nado_lab.twin import ScoredOn, SplitRecord, split_scored, unseen, without_bad

if TYPE_CHECKING:
    from nado_lab.lab.stored_trials import StoredTrials
    from nado_lab.twin import Trials, Twin


SOME_FITTED = "WARNING: the twin was fitted to some of these drives: its scores on them flatter it"
NO_MARKS = "the runs mark no trials for testing; leave --part out"


def part_to_score(twin: Twin, runs: Sequence[Path], level: Level, part: Part) -> tuple[Trials, ScoredOn, str]:
    """Return the trials of runs that a twin is to be scored on, in words which they are, and a warning.

    Of trials that nobody chose by their part, those whose drives the twin was fitted to are left out, also
    where they were measured in other runs (the same seed draws the same drives).
    """
    trials, scored_on = _part(twin, runs, level, part)
    new, warning = unseen(twin.card.drives, trials)
    if part is Part.AUTO and scored_on in (ScoredOn.ALL, ScoredOn.ALL_SOME_FITTED):
        return new, ScoredOn.ALL if len(new) < len(trials) else scored_on, warning
    return trials, scored_on, warning and SOME_FITTED


def _part(twin: Twin, runs: Sequence[Path], level: Level, part: Part) -> tuple[Trials, ScoredOn]:
    trials = read_trials(runs, level=level, device=twin.device_name, twin=twin).trials
    marked = trials.marked()
    if part is Part.TEST and marked is None:
        raise LabError(NO_MARKS)
    if part in (Part.AUTO, Part.TEST) and marked is not None:
        return marked, ScoredOn.MARKED
    if part is Part.TRAIN:
        return trials.for_fitting(), ScoredOn.TRAIN
    seen = set(trials.lineage) & set(twin.card.lineage)
    if part is Part.ALL or not seen:
        return trials, ScoredOn.ALL_SOME_FITTED if seen else ScoredOn.ALL
    found = _set_aside_before(twin, runs, level)
    return (trials, ScoredOn.ALL_SOME_FITTED) if found is None else (found, ScoredOn.SCORED)


def rows_to_score(twin: Twin, stored: StoredTrials, part: Part) -> tuple[np.ndarray, ScoredOn]:
    """Choose rows of stored trials as `part_to_score` does."""
    everything, marked = np.arange(len(stored)), stored.held_out
    if part in (Part.AUTO, Part.TEST) and marked.any():
        return everything[marked], ScoredOn.MARKED
    if part is Part.TRAIN:
        return everything[~marked], ScoredOn.TRAIN
    if part is Part.TEST:
        raise LabError(NO_MARKS)
    if not set(stored.lineage) & set(twin.card.lineage):
        return everything, ScoredOn.ALL
    split = twin.card.split
    aside = split.scored.sequences if split and split.scored else ()
    if part is Part.AUTO and aside and tuple(stored.lineage) == twin.card.lineage:
        return everything[np.isin(stored.sequence, aside)], ScoredOn.SCORED
    return everything, ScoredOn.ALL_SOME_FITTED


def _set_aside_before(twin: Twin, runs: Sequence[Path], level: Level) -> Trials | None:
    """Return the part of the same runs that was set aside when the twin was fitted, if there was one."""
    split = twin.card.split or SplitRecord()
    seed = twin.card.fit.settings.seed if twin.card.fit else 0
    fewer = len(twin.card.lineage) < len(runs)
    trials = read_trials(
        runs, level=level, window=WINDOW, only_alike=fewer, device=twin.device_name, twin=twin
    ).trials
    trials = without_bad(trials)
    same = trials.lineage == twin.card.lineage and len(trials) == split.trials
    return split_scored(trials, split.scored_share, seed).scored if same else None
