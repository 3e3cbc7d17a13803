"""Which drives to measure next: where the deployed network works, where twins disagree, or anywhere."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from nado_lab.lab.loop.config import Choose, TwinConfig
from nado_lab.lab.workflow.draw_drives import choose_rows, random_drives
from nado_lab.twin import FitSettings, fit_ensemble, most_informative

if TYPE_CHECKING:
    from nado_lab.twin import Trials, Twin

POOL = 8  # candidates for every drive that is chosen by disagreement
ENSEMBLE_SHARE = 0.5  # of the steps of the first fit, for each twin of the ensemble


def next_drives(
    how: Choose,
    count: int,
    like: np.ndarray,
    network: list[np.ndarray],
    ensemble: list[Twin],
    rng: np.random.Generator,
) -> np.ndarray:
    """Choose `count` drives (row, step, port) like those of shape (step, port) `like` by one of the rules.

    `network` holds what the network sends, per layer (trial, node, step, port). Disagreement chooses among
    a pool that is half the network's drives and half random ones.
    """
    steps, ports = like.shape
    if how is Choose.RANDOM:
        return random_drives(rng, count, steps, ports)
    if how is Choose.NETWORK:
        return choose_rows(rng, network, count)
    half = POOL * count // 2
    pool = np.concatenate([choose_rows(rng, network, half), random_drives(rng, half, steps, ports)])
    chosen = most_informative(ensemble, torch.as_tensor(pool, dtype=torch.float32), count)
    return pool[chosen.numpy()]


def disagreeing_twins(trials: Trials, how: TwinConfig, seed: int, count: int) -> list[Twin]:
    """Fit an ensemble in half the steps of the twin itself: it is to disagree, not to be exact."""
    mean, score = (round(ENSEMBLE_SHARE * steps) for steps in (how.mean_steps, how.score_steps))
    settings = FitSettings(
        mean_steps=mean, score_steps=score, members=how.members, batch=how.batch, seed=seed
    )
    return fit_ensemble(trials, settings, count)
