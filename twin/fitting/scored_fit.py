"""Fit a twin and score it on trials that neither fitted it nor said when to stop."""

from __future__ import annotations

from dataclasses import replace

import torch
from nado_lab.twin.data.split import (
    SCORED_SHARE,
    SplitRecord,
    describe,
    split_scored,
    split_stopping,
)
from nado_lab.twin.data.trials import Trials
from nado_lab.twin.evaluation import evaluate
from nado_lab.twin.fitting.checkpointer import Checkpointer
from nado_lab.twin.fitting.fit import fit
from nado_lab.twin.fitting.settings import FitSettings
from nado_lab.twin.fitting.streamed_rows import MoreTrials
from nado_lab.twin.model.twin import Twin
from nado_lab.twin.observer import Observer


def fit_and_score(
    trials: Trials,
    settings: FitSettings | None = None,
    observer: Observer | None = None,
    *,
    share: float = SCORED_SHARE,
    start: Twin | None = None,
    checkpointer: Checkpointer | None = None,
    more: MoreTrials | None = None,
) -> Twin:
    """Fit a twin and write its scores, and what they are taken on, into its card.

    Scored is what the run marks as held out, else `share` of the sequences, set aside first. Where there is
    too little for three parts, or with a share of 0, the part that stopped the fit scores it too: the card's
    `scored_on` then says "stopping part", and the scores flatter. `more` gives trials beyond those in memory.
    """
    settings = settings or FitSettings()
    parts = split_scored(trials, share, settings.seed)
    scored = parts.scored
    others = _without(more, scored) if more and scored else more
    twin = fit(parts.training, settings, observer, start=start, checkpointer=checkpointer, more=others)
    if scored is None:
        scored = split_stopping(parts.training, settings.held_out_share, settings.seed)[1]
    record = twin.card.split or SplitRecord()
    twin.card = replace(
        twin.card,
        split=replace(record, scored=describe(parts.scored), scored_share=share, trials=len(trials)),
        metrics=evaluate(twin, scored, seed=settings.seed, observer=observer),
        scored_on=parts.scored_on,
    )
    return twin


def _without(more: MoreTrials, scored: Trials) -> MoreTrials:
    """Keep the sequences that are scored out of what is fitted later, too."""
    return lambda held_out: more(torch.cat([held_out, scored.sequence.unique()]))
