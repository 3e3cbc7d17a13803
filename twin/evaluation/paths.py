"""How good paths are beside measured repeats: figures of paths, and the noise floor of the repeats.

The triple is that of Manneschi, Vidamour et al. 2025 (arXiv 2401.07387): |mean| error, |standard deviation|
error weighted by the sequences' spread, squared autocorrelation error with the same weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields

import torch
from nado_lab.twin.losses.crps import crps
from nado_lab.twin.losses.energy import energy_score
from nado_lab.twin.records.metrics import Figures, StepFigures
from torch import Tensor

SMALL = 1e-3


def mean_figures(parts: Sequence[Figures]) -> Figures:
    """Average each figure; all of them have to be told."""
    names = [each.name for each in fields(Figures)]
    return Figures(**{name: sum(getattr(part, name) for part in parts) / len(parts) for name in names})


def triple(a: Tensor, b: Tensor) -> tuple[float, float, float]:
    """Return the published triple of two sets of paths (sequence, repeat, step, channel)."""
    mean_a, mean_b, std_a, std_b = a.mean(1), b.mean(1), a.std(1), b.std(1)
    spread = std_a.mean(1) + std_b.mean(1)
    weight = spread / (spread.sum(0) + SMALL)
    std_error = ((std_a - std_b).abs() * weight[:, None]).sum(0).mean()
    difference = _autocorrelation(a) - _autocorrelation(b)
    autocov_error = (difference.square() * weight[:, :, None, None]).sum(0).mean()
    return float((mean_a - mean_b).abs().mean()), float(std_error), float(autocov_error)


def _autocorrelation(y: Tensor) -> Tensor:
    """Return (sequence, channel, step, step), over the repeats."""
    centred = (y - y.mean(1, keepdim=True)).permute(0, 3, 2, 1)
    std = y.std(1).permute(0, 2, 1)
    return centred @ centred.mT / y.shape[1] / (std[..., :, None] * std[..., None, :] + SMALL)


def compare(measured: Tensor, paths: Tensor) -> tuple[Figures, Figures]:
    """Compare both halves of the measured repeats with as many paths, and with each other (the floor)."""
    half = measured.shape[1] // 2
    one, two = measured[:, :half], measured[:, half:]
    sides = zip(triple(paths[:, :half], one), triple(paths[:, half:], two), strict=True)
    mean, std, autocov = (sum(pair) / 2 for pair in sides)
    scored = *distribution(paths[:, :half], two), lag1(measured), lag1(paths)
    found = Figures(mean, std, autocov, *scored, r_squared(paths.mean(1), measured.mean(1)))
    between = *distribution(one, two), lag1(one), lag1(two)
    return found, Figures(*triple(one, two), *between, r_squared(one.mean(1), two.mean(1)))


def distribution(members: Tensor, truth: Tensor) -> tuple[float, float, float, float]:
    """Score members (sequence, member, step, channel) as a forecast of every truth (sequence, repeat, …).

    Return CRPS, energy score and the coverage of the central bands of 50 % and 90 %.
    """
    ensemble = members.transpose(0, 1)
    whole = ensemble.flatten(2)
    marginal = torch.stack([crps(ensemble, y).mean() for y in truth.unbind(1)]).mean()
    joint = torch.stack([energy_score(whole, y.flatten(1)).mean() for y in truth.unbind(1)]).mean()
    return float(marginal), float(joint), _coverage(members, truth, 0.5), _coverage(members, truth, 0.9)


def at_steps(members: Tensor, truth: Tensor, steps: Tensor) -> StepFigures:
    """Score members (sequence, member, step, channel) beside truth (…) at some steps (sequence, step)."""
    ensemble, chosen = members.transpose(0, 1)[:, steps], truth.transpose(0, 1)[:, steps]
    marginal = torch.stack([crps(ensemble, y).mean() for y in chosen]).mean()
    half, most = (_coverage(ensemble[None], chosen[None], share) for share in (0.5, 0.9))
    r2 = r_squared(ensemble.mean(0), chosen.mean(0))
    return StepFigures(int(steps.sum()), steps.numel(), float(marginal), half, most, r2)


def energy_at(members: Tensor, truth: Tensor, steps: Tensor) -> float:
    """Return the energy score of the same: other steps are left out of the distance."""
    at = steps[:, None, :, None]
    whole = (members * at).transpose(0, 1).flatten(2)
    scores = [energy_score(whole, y.flatten(1)).mean() for y in (truth * at).unbind(1)]
    return float(torch.stack(scores).mean())


def _coverage(members: Tensor, truth: Tensor, share: float) -> float:
    """Return the fraction of truth (sequence, repeat, …) inside the members' central band of `share`."""
    count = members.shape[1]
    ranks = (members[:, :, None] < truth[:, None]).sum(1)
    low, high = (1 - share) / 2 * (count + 1), (1 + share) / 2 * (count + 1)
    below = torch.arange(count + 1, dtype=torch.float32, device=ranks.device)
    weight = ((below + 1).clamp_max(high) - below.clamp_min(low)).clamp(0, 1)
    return float(weight[ranks].mean())


def lag1(y: Tensor) -> float:
    """Return the lag-1 correlation of the deviations from the mean over repeats, averaged over channels."""
    deviation = y - y.mean(1, keepdim=True)
    product = (deviation[:, :, 1:] * deviation[:, :, :-1]).mean((0, 1, 2))
    power = deviation.square().mean((0, 1, 2)).clamp_min(1e-30)
    return float((product / power).mean())


def r_squared(predicted: Tensor, truth: Tensor) -> float:
    """Return 1 - residual / variance about each channel's mean, over all channels together."""
    centred = truth - truth.flatten(0, -2).mean(0)
    return 1.0 - float((predicted - truth).square().sum() / centred.square().sum().clamp_min(1e-30))
