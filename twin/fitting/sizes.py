"""Look at measured trials: how many components they need, and whether readout alone tells the state."""

# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

import torch
from nado_lab.twin.data.trials import Trials
from nado_lab.twin.regression import ridge
from torch import Tensor

FEW_CHANNELS = 16
MOST_COMPONENTS = 32
LAGS = 6
PENALTY = 1e-2
TOLD = 0.1
MAIN = 0.95
OPEN = 0.05
MOST_ROWS = 20_000
FAR_STEPS = 6
FEWEST_TRIALS = 50
PERSISTS = 0.003
CERTAIN = 2.0


def components_for(trials: Trials) -> int:
    """Return how many principal components the model has to carry; few channels are kept whole.

    A component counts as long as the drive and the readout before tell part of it: the last such one in order
    of variance ends the basis, unless MAIN of the variance takes more; the rest is left to observation noise.
    """
    channels = trials.readout.shape[-1]
    if channels <= FEW_CHANNELS:
        return channels
    components, main = _components(trials.readout.double(), min(MOST_COMPONENTS, channels))
    before = torch.cat([components[:, :1], components[:, :-1]], 1)
    known = torch.cat([_powers(_lagged(trials.drive.double())), before], -1)
    missed = _missed(known.flatten(0, 1), components.flatten(0, 1), PENALTY)
    told = (missed < 1 - TOLD).nonzero()
    return max(int(told[-1]) + 1 if len(told) else 1, main)


def _components(readout: Tensor, count: int) -> tuple[Tensor, int]:
    """Return principal components (trial, step, component) of unit variance, and how many make up MAIN."""
    centred = readout - readout.mean((0, 1))
    rows = centred.flatten(0, 1)
    _, singular, vectors = torch.linalg.svd(rows[_spread(len(rows), MOST_ROWS)], full_matrices=False)
    power = singular.square().cumsum(0)
    components = centred @ vectors[:count].T
    main = int((power < MAIN * power[-1]).sum()) + 1
    return components / components.flatten(0, 1).std(0).clamp_min(1e-30), min(main, count)


def _lagged(drive: Tensor) -> Tensor:
    """Return the drive (trial, step, port) with those before it (trial, step, (LAGS + 1) ports)."""
    past = drive[:, :1].expand(-1, LAGS, -1)
    return torch.cat([past, drive], 1).unfold(1, LAGS + 1, 1).flatten(2)


def _powers(x: Tensor) -> Tensor:
    """Return 1, x, x^2, x^3 and the products of neighbours."""
    return torch.cat([torch.ones_like(x[..., :1]), x, x.square(), x.pow(3), x[..., 1:] * x[..., :-1]], -1)


def _spread(rows: int, most: int) -> Tensor:
    """Return at most `most` row numbers, evenly spread."""
    return torch.linspace(0, rows - 1, min(rows, most)).long()


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
    return float(_missed(_quadratic(state), x[:, 1:].flatten(0, 1), 1e-4).mean()) > OPEN


def has_trial_effects(trials: Trials) -> bool:
    """Tell whether what one step leaves unexplained goes on for the whole trial: trials differ.

    The errors of a quadratic one-step model are compared with those FAR_STEPS and more steps later in the
    same trial; a correlation counts above PERSISTS and CERTAIN standard errors. Where it is found by chance,
    the fit finds next to nothing of it.
    """
    count, steps = trials.readout.shape[:2]
    if count < FEWEST_TRIALS or steps < FAR_STEPS + 3:
        return False
    x = trials.readout.double()
    x = (x - x.mean((0, 1))) / x.std((0, 1)).clamp_min(1e-30)
    x = x @ torch.linalg.svd(x.flatten(0, 1)[:MOST_ROWS], full_matrices=False)[2][: min(4, x.shape[2])].T
    known = _quadratic(torch.cat([x[:, :-1], trials.drive[:, 1:].double()], -1).flatten(0, 1))
    target = x[:, 1:].flatten(0, 1)
    left = (target - known @ ridge(known, target, 1e-4).double()).unflatten(0, (count, steps - 1))
    later = torch.stack([(left[:, k:] * left[:, :-k]).mean(1) for k in range(FAR_STEPS, steps - 1)]).mean(0)
    each = (later / left.square().mean((0, 1)).clamp_min(1e-30)).mean(1)
    share, error = float(each.mean()), float(each.std() / count**0.5)
    return share > max(PERSISTS, CERTAIN * error)


def _quadratic(x: Tensor) -> Tensor:
    """Return 1, x, every product x_i x_j and x^3."""
    products = (x[:, :, None] * x[:, None, :]).flatten(1)
    return torch.cat([x.new_ones(len(x), 1), x, products, x.pow(3)], 1)


def _missed(features: Tensor, target: Tensor, penalty: float) -> Tensor:
    """Return, for each target, the unexplained share of variance on the second half of a regression."""
    rows = min(len(features), MOST_ROWS)
    half = rows // 2
    weights = ridge(features[:half], target[:half], penalty).double()
    left = (target[half:rows] - features[half:rows] @ weights).square().mean(0)
    return left / target[half:rows].var(0).clamp_min(1e-30)
