"""Bring a twin up to date with a device that has drifted, or that it was never fitted on."""

from __future__ import annotations

from dataclasses import replace

from nado_lab.observer import Observer, PartOf
from nado_lab.twin.compute import CPU
from nado_lab.twin.data.check import check, without_bad
from nado_lab.twin.data.split import split_stopping
from nado_lab.twin.data.trials import Trials
from nado_lab.twin.drift.recalibrate import recalibrate
from nado_lab.twin.fitting.fit import fit
from nado_lab.twin.fitting.schedule import score_rate
from nado_lab.twin.model.rows import matched
from nado_lab.twin.model.twin import Twin
from nado_lab.twin.records.card import Adaptation
from nado_lab.twin.records.settings import FitSettings, OptimiserName

RATE = 3e-3
HELD_OUT_SHARE = 0.1


def adapt(
    twin: Twin,
    trials: Trials,
    steps: int,
    seed: int = 0,
    observer: Observer | None = None,
    *,
    compute: str = CPU,
) -> Twin:
    """Return a copy of the twin that follows the trials: recalibrated, then all weights for `steps` steps.

    The recalibration corrects gain, offset and spread in closed form; the steps that follow descend the
    scoring rule from the weights as they are. Of all states seen, the one that scores best on a tenth of the
    trials, held out, is returned: more steps cannot make it worse there. A loss that does not stay finite
    raises `DivergenceError`.
    """
    trials = without_bad(check(matched(twin, trials), keep_channels=True))
    learnt, _ = split_stopping(trials.for_fitting(), HELD_OUT_SHARE, seed)
    settings = FitSettings(
        mean_steps=0,
        likelihood_steps=0,
        score_steps=steps,
        learning_rate=RATE / score_rate(twin.spec),
        weight_decay=0.0,
        optimiser=OptimiserName.ADAMW,
        held_out_share=HELD_OUT_SHARE,
        patience=1.0,
        seed=seed,
    )
    part = PartOf(observer or Observer(), 0.0, 1.0, "adapt")
    fresh = fit(trials, settings, part, start=recalibrate(twin, learnt, compute=compute), compute=compute)
    fresh.card = replace(fresh.card, adapted=Adaptation(len(trials), steps))
    return fresh
