"""Does the readout follow its drive? The share of it that lagged drives explain, beside that by chance.

Ridge regression of every channel and of the first principal components on the last drives with their powers;
explained is what it says of the quarter of the data that it was not fitted to. By chance is the most that it
says of the same readouts in another order: of sequences exchanged, or of long trials turned round.
"""

# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

from dataclasses import dataclass

import torch
from nado_lab.twin.data.glitches import bulk
from nado_lab.twin.data.trials import Trials
from nado_lab.twin.regression import solve_ridge
from torch import Tensor

LAGS = 12
FOLDS = 4
SHUFFLES = 12
MOST_ROWS = 4000
MOST_STEPS = 20_000
MOST_SEQUENCES = 64
MOST_CHANNELS = 16
COMPONENTS = 4
FEWEST_STEPS = 100
"""Different steps (sequences times steps) below which nothing can be told."""
LEAST, LITTLE = 0.01, 0.05
"""A readout follows from LITTLE on whatever chance says, and never below LEAST."""
FEW_SEQUENCES = 8


@dataclass(frozen=True)
class Explained:
    """The share of the best channel that lagged drives explain, and the most they did by chance."""

    share: float
    by_chance: float

    @property
    def follows(self) -> bool:
        """Tell whether the readout follows its drive."""
        return self.share > min(max(self.by_chance, LEAST), LITTLE)


@torch.no_grad()
def explained(trials: Trials, seed: int = 0) -> Explained | None:
    """Return what lagged drives explain of the readout; None where there is too little to tell.

    Repeats are averaged first: they share their drive, and noise hides what follows.
    """
    drive, readout = _averaged(trials)
    if drive.shape[:2].numel() < FEWEST_STEPS or float(drive.std()) == 0:
        return None
    generator = torch.Generator().manual_seed(seed)
    targets = _targets(readout)
    orders = [_another_order(targets, generator) for _ in range(SHUFFLES)]
    features = _features(drive)
    fold = _folds(*drive.shape[:2])
    features, fold, *all_targets = _thinned(features, fold, targets, *orders)
    found = _by_folds(features, torch.cat(all_targets, 1), fold).unflatten(0, (1 + SHUFFLES, -1))
    best = found.amax(1)
    return Explained(float(best[0]), float(best[1:].max()))


def _averaged(trials: Trials) -> tuple[Tensor, Tensor]:
    """Return drive and readout, one trial a sequence, bad steps as they stand in."""
    numbers, which = trials.sequence.unique(return_inverse=True)
    first = torch.zeros(len(numbers), dtype=torch.long).index_copy_(
        0, which.flip(0), torch.arange(len(trials)).flip(0)
    )
    most = max(MOST_SEQUENCES, MOST_ROWS // trials.drive.shape[1])
    rows = first[torch.linspace(0, len(numbers) - 1, min(len(numbers), most)).long()]
    drive = trials.drive[rows, :MOST_STEPS].double()
    if len(numbers) == len(trials):
        return drive, trials.readout[rows, :MOST_STEPS].double()
    means = [trials.readout[which == number, :MOST_STEPS].double().mean(0) for number in which[rows].tolist()]
    return drive, torch.stack(means)


def _targets(readout: Tensor) -> Tensor:
    """Return some channels and the first components (trial, step, target): unit variance, no trend."""
    chosen = torch.linspace(0, readout.shape[2] - 1, min(readout.shape[2], MOST_CHANNELS)).long()
    flat = readout - readout.mean((0, 1))
    parts = [flat[..., chosen]]
    if readout.shape[2] > 1:
        rows = flat.flatten(0, 1)
        some = rows[torch.linspace(0, len(rows) - 1, min(len(rows), 1000)).long()]
        vectors = torch.linalg.svd(some, full_matrices=False)[2][:COMPONENTS]
        parts.append(flat @ vectors.T)
    return _without_trend(torch.cat(parts, -1))


def _without_trend(y: Tensor) -> Tensor:
    """Take a cubic of the time out of y (trial, step, target); return it with unit variance."""
    rows = y.flatten(0, 1)
    time = torch.linspace(-1, 1, len(rows), dtype=y.dtype)
    powers = torch.stack([time**power for power in range(4)], 1)
    left = rows - powers @ solve_ridge(powers, rows, 1e-9 * len(rows))
    return (left / left.std(0).clamp_min(1e-300)).reshape(y.shape)


def _another_order(y: Tensor, generator: torch.Generator) -> Tensor:
    """Exchange the readouts of sequences; of few turn each round by some steps."""
    if len(y) >= FEW_SEQUENCES:
        return y[torch.randperm(len(y), generator=generator)]
    steps = y.shape[1]
    by = int(torch.randint(max(1, steps // 10), max(2, steps - steps // 10), (1,), generator=generator))
    return y.roll(by, 1)


def _features(drive: Tensor) -> Tensor:
    """Return the last drives (trial, step, feature) with squares, cubes and products of neighbours."""
    low, high = bulk(drive.flatten(0, 1))
    scaled = ((drive - (low + high) / 2) / ((high - low) / 2).clamp_min(1e-9)).clamp(-2, 2)
    lags = min(LAGS, drive.shape[1] - 1)
    past = scaled[:, :1].expand(-1, lags, -1)
    x = torch.cat([past, scaled], 1).unfold(1, lags + 1, 1).flatten(2)
    return torch.cat([torch.ones_like(x[..., :1]), x, x**2, x**3, x[..., 1:] * x[..., :-1]], -1)


def _folds(sequences: int, steps: int) -> Tensor:
    """Number the parts (trial, step): whole sequences where there are enough, else stretches of steps."""
    if sequences >= FEW_SEQUENCES:
        return (torch.arange(sequences) % FOLDS)[:, None].expand(sequences, steps)
    return (torch.arange(steps) * FOLDS // steps)[None].expand(sequences, steps)


def _thinned(*parts: Tensor) -> list[Tensor]:
    """Flatten (trial, step, …) to rows and keep MOST_ROWS of them, evenly spread."""
    count = parts[0].shape[:2].numel()
    rows = torch.linspace(0, count - 1, min(count, MOST_ROWS)).long()
    return [part.flatten(0, 1)[rows] for part in parts]


def _by_folds(features: Tensor, targets: Tensor, fold: Tensor) -> Tensor:
    """Return the share (target,) that is explained of parts left out of the regression."""
    missed = torch.zeros(targets.shape[1], dtype=torch.float64)
    for number in range(FOLDS):
        out = fold == number
        weights = solve_ridge(features[~out], targets[~out], 1e-3 * int((~out).sum()))
        missed += (targets[out] - features[out] @ weights).square().sum(0)
    return 1 - missed / targets.square().sum(0).clamp_min(1e-300)
