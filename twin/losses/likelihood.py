"""One-step Gaussian likelihood, teacher-forced: all transitions at once, noise taken as white."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from twin.model import Start, Twin


def one_step(twin: Twin, drive: Tensor, scores: Tensor, start: Start) -> Tensor:
    """Return the mean negative log-likelihood per score of measured scores (row, step, score).

    The mean of the next scores is one step of the drift from the measured ones; their covariance is
    G G^T + the observation noise as the scores see it.
    """
    spec = twin.spec
    history = torch.cat([start.scores, scores[:, :-1]], 1).unfold(1, spec.delays + 1, 1).transpose(2, 3)
    parts = twin.drive_parts(start.drive, drive).flatten(0, 1)
    past = history.flatten(0, 1)
    constant = twin.sde.field.prepare(parts, past[:, :-1].flatten(1))
    state = torch.cat([past[:, -1], past.new_zeros(len(past), spec.hidden)], -1)
    terms = twin.sde.field(state, constant)
    error = scores.flatten(0, 1) - past[:, -1] - terms.drift[:, : spec.scores]
    covariance = torch.diag_embed(terms.sigma.square()) + terms.mix @ terms.mix.mT
    inverse = twin.basis.inverse
    covariance = covariance + inverse @ twin.observation.covariance() @ inverse.T
    return _gaussian(error, covariance)


def _gaussian(error: Tensor, covariance: Tensor) -> Tensor:
    """Return -log N(error; 0, covariance) / dimension, averaged over the rows."""
    factor = torch.linalg.cholesky(covariance)
    white = torch.linalg.solve_triangular(factor, error[..., None], upper=False).squeeze(-1)
    logdet = factor.diagonal(dim1=-2, dim2=-1).log().sum(-1)
    size = error.shape[-1]
    return (0.5 * white.square().sum(-1) + logdet).mean() / size + 0.5 * math.log(2 * math.pi)
