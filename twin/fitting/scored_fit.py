"""Fit a twin and score it on trials that neither fitted it nor said when to stop."""

# pyright: reportUnknownMemberType=false

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from nado_lab.observer import Observer
from nado_lab.twin.compute import CPU, computed_on
from nado_lab.twin.data.check import usable
from nado_lab.twin.data.fitted_drives import unseen
from nado_lab.twin.data.split import (
    SCORED_SHARE,
    ScoredOn,
    SplitRecord,
    describe,
    split_scored,
    split_stopping,
)
from nado_lab.twin.data.trials import Trials
from nado_lab.twin.evaluation.evaluate import evaluate
from nado_lab.twin.fitting.checkpointer import Checkpointer
from nado_lab.twin.fitting.fit import fit
from nado_lab.twin.fitting.streamed_rows import MoreTrials
from nado_lab.twin.model.rows import matched
from nado_lab.twin.model.twin import Twin
from nado_lab.twin.records.metrics import Metrics, warned
from nado_lab.twin.records.settings import FitSettings


@dataclass(frozen=True)
class ScoredFit:
    """A fitted twin, its metrics, and the trials that they are of."""

    twin: Twin
    metrics: Metrics
    scored: Trials


def fit_and_score(
    trials: Trials,
    settings: FitSettings | None = None,
    observer: Observer | None = None,
    *,
    share: float = SCORED_SHARE,
    start: Twin | None = None,
    checkpointer: Checkpointer | None = None,
    more: MoreTrials | None = None,
    kept: Trials | None = None,
    compute: str = CPU,
) -> ScoredFit:
    """Fit a twin, score it, and write the metrics and what they are taken on into its card.

    Scored is `kept` (trials of other runs, of which none are fitted), or what the run marks as held out, or
    `share` of the sequences, set aside first. Where there is too little for three parts, or with a share of
    0, the part that stopped the fit scores it too: the card's `scored_on` then says "stopping part", and the
    metrics flatter. `more` gives trials beyond those in memory. `compute` says on which device of torch.
    """
    settings = settings or FitSettings()
    trials = usable(trials if start is None else matched(start, trials), keep_channels=start is not None)
    share = share if kept is None else 0.0
    parts = split_scored(trials, share, settings.seed)
    others = _without(more, parts.scored) if more and parts.scored else more
    twin = fit(
        parts.training,
        settings,
        observer,
        start=start,
        checkpointer=checkpointer,
        more=others,
        compute=compute,
    )
    scored = parts.scored if kept is None else kept
    if scored is None:
        scored = split_stopping(parts.training, settings.held_out_share, settings.seed)[1]
    left_out = ""
    if kept is not None:
        scored, left_out = unseen(twin.card.drives, matched(twin, kept))
    with computed_on(twin, compute) as there:
        found = evaluate(there, scored, seed=settings.seed, observer=observer)
    metrics = warned(found, left_out, *map(str, (kept or trials).findings))
    record = twin.card.split or SplitRecord()
    twin.card = replace(
        twin.card,
        split=replace(record, scored=describe(parts.scored), scored_share=share, trials=len(trials)),
        metrics=metrics,
        scored_on=parts.scored_on if kept is None else ScoredOn.OTHER_RUNS,
    )
    return ScoredFit(twin, metrics, scored)


def _without(more: MoreTrials, scored: Trials) -> MoreTrials:
    """Keep the sequences that are scored out of what is fitted later, too."""
    return lambda held_out: more(torch.cat([held_out, scored.sequence.unique()]))
