"""Look at measured trials: how many scores they need, and whether readout alone tells the state."""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from twin.data import Trials

FEW_CHANNELS = 16
MOST_SCORES = 16
VARIANCE = 0.995
OPEN = 0.05
MOST_ROWS = 20_000


def scores_for(readout: Tensor) -> int:
    """Return the number of principal components for most of the variance; few channels are kept whole."""
    channels = readout.shape[-1]
    if channels <= FEW_CHANNELS:
        return channels
    flat = readout.flatten(0, -2).double()
    power = torch.linalg.svdvals(flat - flat.mean(0)).square()
    share = power.cumsum(0) / power.sum().clamp_min(1e-300)
    return min(int((share < VARIANCE).sum()) + 1, MOST_SCORES, channels)


def needs_memory(trials: Trials) -> bool:
    """Tell whether the last readout and the drive leave more than a small part of the next readout open.

    Then hidden states have to carry what the readout does not show; where the readout is the state, a model
    without them is exact and fits much faster.
    """
    readout = trials.readout.double()
    normal = (readout - readout.mean((0, 1))) / readout.std((0, 1)).clamp_min(1e-30)
    flat = normal.flatten(0, 1)
    basis = torch.linalg.svd(flat[:MOST_ROWS], full_matrices=False)[2][: min(4, flat.shape[1])]
    x = normal @ basis.T
    state = torch.cat([x[:, :-1], trials.drive[:, 1:].double()], -1).flatten(0, 1)
    return _missed(_quadratic(state), x[:, 1:].flatten(0, 1)) > OPEN


def _quadratic(x: Tensor) -> Tensor:
    """Return 1, x, every product x_i x_j and x^3."""
    products = (x[:, :, None] * x[:, None, :]).flatten(1)
    return torch.cat([x.new_ones(len(x), 1), x, products, x.pow(3)], 1)


def _missed(features: Tensor, target: Tensor) -> float:
    """Return the unexplained share of variance on the second half of a regression on the first."""
    rows = min(len(features), MOST_ROWS)
    half = rows // 2
    weights = ridge(features[:half], target[:half], 1e-4).double()
    left = (target[half:rows] - features[half:rows] @ weights).square().mean(0)
    return float((left / target[half:rows].var(0).clamp_min(1e-30)).mean())


def ridge(features: Tensor, target: Tensor, penalty: float = 1e-3) -> Tensor:
    """Return the weights (feature, target) of a lightly penalised linear regression."""
    x, y = features.double(), target.double()
    gram = x.T @ x + penalty * len(x) * torch.eye(x.shape[1], dtype=torch.float64)
    return torch.linalg.solve(gram, x.T @ y).float()


def alike_runs(runs: Sequence[Trials], least: float = 0.98) -> list[int]:
    """Return the indices of the runs whose mean readout has the shape of the others'.

    A sample that was mounted anew answers with another shape, and one such run spoils a twin of all: a run
    counts as alike where its mean readout (channel,) correlates by `least` with the median of the runs.
    """
    means = torch.stack([run.readout.double().mean((0, 1)) for run in runs])
    if len(means) < 3 or means.shape[1] < 3:
        return list(range(len(means)))
    kept = list(range(len(means)))
    for _ in range(2):
        middle = means[kept].median(0).values
        shape = [float(torch.corrcoef(torch.stack([mean, middle]))[0, 1]) for mean in means]
        kept = [i for i, value in enumerate(shape) if value >= least] or kept
    return kept
