"""Several twins of one device: their disagreement says where to measure next."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import torch
from nado_lab.observer import Observer, PartOf
from nado_lab.twin.data.trials import Trials
from nado_lab.twin.errors import TwinError
from nado_lab.twin.fitting.fit import fit
from nado_lab.twin.model.twin import Twin
from nado_lab.twin.records.settings import FitSettings
from torch import Tensor


def fit_ensemble(
    trials: Trials, settings: FitSettings | None = None, count: int = 4, observer: Observer | None = None
) -> list[Twin]:
    """Fit `count` twins that differ in their seed, and so in weights, noise and held-out sequences."""
    settings = settings or FitSettings()
    if count < 2:
        raise TwinError(f"an ensemble has at least 2 twins; got {count}")
    parts = [PartOf(observer or Observer(), i / count, (i + 1) / count) for i in range(count)]
    seeds = range(settings.seed, settings.seed + count)
    return [fit(trials, replace(settings, seed=seed), part) for seed, part in zip(seeds, parts, strict=True)]


@torch.no_grad()
def epistemic_spread(twins: Sequence[Twin], drive: Tensor) -> Tensor:
    """Return how far the twins' mean paths disagree under drive (row, step, port): (row,), in readout_std."""
    paths = torch.stack([twin.respond(drive, noise=False) / twins[0].readout_std for twin in twins])
    return paths.std(0).square().mean((-2, -1)).sqrt()


def most_informative(twins: Sequence[Twin], candidates: Tensor, count: int) -> Tensor:
    """Return the indices (count,) of the candidate drives (row, step, port) the twins disagree on most."""
    if not 0 < count <= len(candidates):
        raise TwinError(f"count must be from 1 to the {len(candidates)} candidates; got {count}")
    return epistemic_spread(twins, candidates).argsort(descending=True)[:count]
