"""Gaussian likelihood of measured paths, teacher-forced: the field is evaluated at all measured components.

The one-step errors r of a window are jointly Gaussian. White noise gives them independent parts, coloured
noise correlates them by W cov(a, a') W^T, and observation noise e enters twice, e(n + 1) - (1 + J) e(n):
what a Kalman filter sums step by step is one covariance a window here (Rasmussen and Williams 2006, A.2).
Trial effects z ~ N(0, 1) add C z to all errors of a trial, which ties its windows together (A.3 there: the
matrix inversion lemma; Laird and Ware 1982, Biometrics 38, 963).
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

import math
from typing import NamedTuple

import torch
from nado_lab.twin.losses.forcing import Forced, force, jacobian
from nado_lab.twin.model.start import Start
from nado_lab.twin.model.twin import Twin
from torch import Tensor

FEWEST_STEPS = 4


class TrialsNumbers(NamedTuple):
    """What errors tell of the trials' numbers z: mean (row, effect) and covariance of N(z | errors)."""

    mean: Tensor
    covariance: Tensor


def likelihood(twin: Twin, drive: Tensor, components: Tensor, start: Start, window: int = 8) -> Tensor:
    """Return the mean negative log-likelihood per component of measured components (row, step, component).

    Windows of `window` values (step x component), or of FEWEST_STEPS steps where that is more, are taken as
    independent: in fewer, noise of the readout cannot be told from noise of the state. Amplitudes are those
    at the measured components; J, the slope of the drift there, is taken as fixed.
    """
    white, total = _whitened(twin, drive, components, start, window)
    if twin.spec.trial_effects:
        total = total + _tied(white).sum()
    return total / components.numel() + 0.5 * math.log(2 * math.pi)


@torch.no_grad()
def trials_numbers(twin: Twin, drive: Tensor, components: Tensor, start: Start) -> TrialsNumbers:
    """Estimate the numbers z of measured trials from all their steps; windows are those of `likelihood`."""
    precision, pull = _precision(_whitened(twin, drive, components, start)[0])
    covariance = torch.linalg.inv(precision)
    return TrialsNumbers((covariance @ pull).squeeze(-1), covariance)


def _whitened(
    twin: Twin, drive: Tensor, components: Tensor, start: Start, window: int = 8
) -> tuple[Tensor, Tensor]:
    """Return errors and effects in units of a trial's noise (row, value, 1 + effect); with them the sum.

    The sum is the negative log-likelihood without trial effects and without its constant.
    """
    forced = force(twin, drive, components, start)
    slope = jacobian(twin, drive, components, start) if twin.spec.noisy_readout else None
    variance = _coloured_variance(twin.sde.colour.theta, forced.colour)
    steps = components.shape[1]
    length = min(steps, max(FEWEST_STEPS, window // twin.spec.components))
    whole = steps // length * length
    parts = [_windows(twin, forced, variance, slope, slice(0, whole), length)]
    if whole < steps:
        parts.append(_windows(twin, forced, variance, slope, slice(whole, steps), steps - whole))
    white, totals = zip(*parts, strict=True)
    return torch.cat(white, 1), torch.stack(totals).sum()


def _precision(white: Tensor) -> tuple[Tensor, Tensor]:
    """Return the precision (row, effect, effect) of z and its product with the mean (row, effect, 1)."""
    error, effect = white[..., :1], white[..., 1:]
    return torch.eye(effect.shape[-1]).to(white) + effect.mT @ effect, effect.mT @ error


def _tied(white: Tensor) -> Tensor:
    """Return what the trial effects change in the negative log-likelihood, row by row."""
    precision, pull = _precision(white)
    factor = torch.linalg.cholesky(precision)
    solved = torch.linalg.solve_triangular(factor, pull, upper=False)
    return factor.diagonal(dim1=-2, dim2=-1).log().sum(-1) - 0.5 * solved.square().sum((-2, -1))


def _windows(
    twin: Twin, forced: Forced, variance: Tensor, slope: Tensor | None, steps: slice, length: int
) -> tuple[Tensor, Tensor]:
    """Whiten errors and effects of windows of `length` steps, all at once; sum what the errors alone give."""

    def cut(x: Tensor) -> Tensor:
        return x[:, steps].unflatten(1, (-1, length)).flatten(0, 1)

    covariance = _white(twin, cut(forced.own), cut(forced.shared))
    if slope is not None:
        covariance = covariance + _observed(twin, cut(slope))
    if twin.spec.coloured:
        covariance = covariance + _coloured(twin, cut(variance))
    factor = torch.linalg.cholesky(covariance.flatten(3, 4).flatten(1, 2))
    values = cut(forced.error).flatten(1)[..., None]
    if forced.effect is not None:
        values = torch.cat([values, cut(forced.effect).flatten(1, 2)], -1)
    white = torch.linalg.solve_triangular(factor, values, upper=False)
    alone = 0.5 * white[..., 0].square().sum(-1) + factor.diagonal(dim1=-2, dim2=-1).log().sum(-1)
    return white.reshape(len(forced.error), -1, white.shape[-1]), alone.sum()


def _white(twin: Twin, own: Tensor, shared: Tensor) -> Tensor:
    """Return the covariance (row, step, component, step, component) of G dW."""
    mixed = twin.sde.field.mix * shared[:, :, None, :]
    block = torch.diag_embed(own.square()) + mixed @ mixed.mT
    return torch.diag_embed(block.permute(0, 2, 3, 1)).permute(0, 3, 1, 4, 2)


def _coloured_variance(theta: Tensor, colour: Tensor) -> Tensor:
    """Return the variance (row, step, coloured) of a before each step, from a = 0 and its amplitudes."""
    steps = torch.arange(colour.shape[1], device=colour.device)
    gap = (steps[:, None] - steps - 1).clamp_min(0)
    decay = (1 - theta)[:, None, None] ** (2 * gap) * (steps[:, None] > steps)
    return torch.einsum("knj,bjk->bnk", decay, colour.square())


def _coloured(twin: Twin, variance: Tensor) -> Tensor:
    """Return the covariance of W a over a window, given the variances (row, step, coloured) of a."""
    steps = torch.arange(variance.shape[1], device=variance.device)
    gap = (steps[:, None] - steps).clamp_min(0)
    decay = (1 - twin.sde.colour.theta)[:, None, None] ** gap * (steps[:, None] >= steps)
    later = decay * variance.mT[:, :, None, :]
    both = later + later.mT - torch.diag_embed(variance.mT)
    weight = twin.sde.colour.weight
    return torch.einsum("bknm,ik,jk->bnimj", both, weight, weight)


def _observed(twin: Twin, slope: Tensor) -> Tensor:
    """Return the covariance of readout noise in the errors; slope (row, step, component, lag, component)."""
    rows, steps, components, lags, _ = slope.shape
    inverse = twin.basis.inverse
    noise = inverse @ twin.observation.covariance() @ inverse.T
    spread = slope.new_zeros(rows, steps, components, steps + lags, components)
    now = torch.arange(steps, device=slope.device)
    spread[:, now, :, now + lags] = torch.eye(components).to(slope)
    for lag in range(lags):
        spread[:, now, :, now + lag] -= slope[:, :, :, lag].transpose(0, 1)
    return torch.einsum("bnimk,kl,bpjml->bnipj", spread, noise, spread)
