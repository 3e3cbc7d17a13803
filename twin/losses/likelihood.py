"""Gaussian likelihood of measured paths, teacher-forced: the field is evaluated at all measured components.

The one-step errors r of a window are jointly Gaussian. White noise gives them independent parts, coloured
noise correlates them by W cov(a, a') W^T, and observation noise e enters twice, e(n + 1) - (1 + J) e(n):
what a Kalman filter sums step by step is one covariance a window here (Rasmussen and Williams 2006, A.2).
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

import math

import torch
from nado_lab.twin.losses.forcing import Forced, force, jacobian
from nado_lab.twin.model.start import Start
from nado_lab.twin.model.twin import Twin
from torch import Tensor

FEWEST_STEPS = 4


def likelihood(twin: Twin, drive: Tensor, components: Tensor, start: Start, window: int = 8) -> Tensor:
    """Return the mean negative log-likelihood per component of measured components (row, step, component).

    Windows of `window` values (step x component), or of FEWEST_STEPS steps where that is more, are taken as
    independent: in fewer, noise of the readout cannot be told from noise of the state. Amplitudes are those
    at the measured components; J, the slope of the drift there, is taken as fixed.
    """
    forced = force(twin, drive, components, start)
    slope = jacobian(twin, drive, components, start) if twin.spec.noisy_readout else None
    variance = _coloured_variance(twin.sde.colour.theta, forced.colour)
    steps = components.shape[1]
    length = min(steps, max(FEWEST_STEPS, window // twin.spec.components))
    whole = steps // length * length
    total = _windows(twin, forced, variance, slope, slice(0, whole), length)
    if whole < steps:
        total = total + _windows(twin, forced, variance, slope, slice(whole, steps), steps - whole)
    return total / components.numel() + 0.5 * math.log(2 * math.pi)


def _windows(
    twin: Twin, forced: Forced, variance: Tensor, slope: Tensor | None, steps: slice, length: int
) -> Tensor:
    """Sum the negative log-likelihood of windows of `length` steps, all at once."""

    def cut(x: Tensor) -> Tensor:
        return x[:, steps].unflatten(1, (-1, length)).flatten(0, 1)

    covariance = _white(twin, cut(forced.own), cut(forced.shared))
    if slope is not None:
        covariance = covariance + _observed(twin, cut(slope))
    if twin.spec.coloured:
        covariance = covariance + _coloured(twin, cut(variance))
    return _gaussian(cut(forced.error).flatten(1), covariance.flatten(3, 4).flatten(1, 2)).sum()


def _white(twin: Twin, own: Tensor, shared: Tensor) -> Tensor:
    """Return the covariance (row, step, component, step, component) of G dW."""
    mixed = twin.sde.field.mix * shared[:, :, None, :]
    block = torch.diag_embed(own.square()) + mixed @ mixed.mT
    return torch.diag_embed(block.permute(0, 2, 3, 1)).permute(0, 3, 1, 4, 2)


def _coloured_variance(theta: Tensor, colour: Tensor) -> Tensor:
    """Return the variance (row, step, coloured) of a before each step, from a = 0 and its amplitudes."""
    steps = torch.arange(colour.shape[1])
    gap = (steps[:, None] - steps - 1).clamp_min(0)
    decay = (1 - theta)[:, None, None] ** (2 * gap) * (steps[:, None] > steps)
    return torch.einsum("knj,bjk->bnk", decay, colour.square())


def _coloured(twin: Twin, variance: Tensor) -> Tensor:
    """Return the covariance of W a over a window, given the variances (row, step, coloured) of a."""
    steps = torch.arange(variance.shape[1])
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
    now = torch.arange(steps)
    spread[:, now, :, now + lags] = torch.eye(components).to(slope)
    for lag in range(lags):
        spread[:, now, :, now + lag] -= slope[:, :, :, lag].transpose(0, 1)
    return torch.einsum("bnimk,kl,bpjml->bnipj", spread, noise, spread)


def _gaussian(error: Tensor, covariance: Tensor) -> Tensor:
    """Return -log N(error; 0, covariance) without its constant, row by row."""
    factor = torch.linalg.cholesky(covariance)
    white = torch.linalg.solve_triangular(factor, error[..., None], upper=False).squeeze(-1)
    return 0.5 * white.square().sum(-1) + factor.diagonal(dim1=-2, dim2=-1).log().sum(-1)
