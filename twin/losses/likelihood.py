"""One-step Gaussian likelihood, teacher-forced: all transitions at once, noise taken as white."""

from __future__ import annotations

import math

import torch
from torch import Tensor

from twin.model import Start, Twin
from twin.model.field import Terms


def one_step(twin: Twin, drive: Tensor, scores: Tensor, start: Start) -> Tensor:
    """Return the mean negative log-likelihood per score of measured scores (row, step, score).

    The mean of the next scores is one step of the drift from the measured ones; their covariance is
    G G^T + the observation noise as the scores see it.
    """
    past, terms = forced(twin, drive, scores, start)
    error = scores - past - terms.drift[..., : twin.spec.scores]
    covariance = torch.diag_embed(terms.sigma.square()) + terms.mix @ terms.mix.mT
    inverse = twin.basis.inverse
    covariance = covariance + inverse @ twin.observation.covariance() @ inverse.T
    return _gaussian(error, covariance)


def forced(twin: Twin, drive: Tensor, scores: Tensor, start: Start) -> tuple[Tensor, Terms]:
    """Evaluate the field at the measured scores: (the scores each step began with, terms), (row, step, ·).

    Without hidden states all transitions go at once; hidden states follow the measured scores in time.
    """
    spec = twin.spec
    history = torch.cat([start.scores, scores[:, :-1]], 1).unfold(1, spec.delays + 1, 1).transpose(2, 3)
    past = history[:, :, -1]
    constant = twin.sde.field.prepare(twin.drive_parts(start.drive, drive), history[:, :, :-1].flatten(2))
    if not spec.hidden:
        return past, twin.sde.field(past, constant)
    hidden, steps = past.new_zeros(len(past), spec.hidden), []
    for x, held in zip(past.unbind(1), constant.unbind(1), strict=True):
        terms = twin.sde.field(torch.cat([x, hidden], -1), held)
        hidden = hidden + terms.drift[:, spec.scores :]
        steps.append(terms)
    return past, Terms(*(torch.stack(parts, 1) for parts in zip(*steps, strict=True)))


def _gaussian(error: Tensor, covariance: Tensor) -> Tensor:
    """Return -log N(error; 0, covariance) / dimension, averaged over the rows."""
    factor = torch.linalg.cholesky(covariance)
    white = torch.linalg.solve_triangular(factor, error[..., None], upper=False).squeeze(-1)
    logdet = factor.diagonal(dim1=-2, dim2=-1).log().sum(-1)
    size = error.shape[-1]
    return (0.5 * white.square().sum(-1) + logdet).mean() / size + 0.5 * math.log(2 * math.pi)
