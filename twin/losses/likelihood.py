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
    error, own, shared = forced(twin, drive, scores, start)
    mixed = twin.sde.field.mix * shared[..., None, :]
    covariance = torch.diag_embed(own.square()) + mixed @ mixed.mT
    inverse = twin.basis.inverse
    covariance = covariance + inverse @ twin.observation.covariance() @ inverse.T
    return _gaussian(error, covariance)


def forced(twin: Twin, drive: Tensor, scores: Tensor, start: Start) -> tuple[Tensor, Tensor, Tensor]:
    """Evaluate the field at the measured scores: (one-step error, own, shared amplitudes), (row, step, ·).

    Without hidden states all transitions go at once; hidden states follow the measured scores in time.
    """
    spec, field = twin.spec, twin.sde.field
    history = torch.cat([start.scores, scores[:, :-1]], 1).unfold(1, spec.delays + 1, 1).transpose(2, 3)
    past = history[:, :, -1]
    constant = field.prepare(twin.drive_parts(start.drive, drive), history[:, :, :-1].flatten(2))
    if spec.hidden:
        drift, features = _follow(twin, past, constant)
    else:
        linear, features = field.trunk(past, constant)
        drift = field.drift(past, linear, features)
    amplitudes = field.amplitudes(features)
    return scores - past - drift[..., : spec.scores], amplitudes.own[..., : spec.scores], amplitudes.shared


def _follow(twin: Twin, past: Tensor, constant: Tensor) -> tuple[Tensor, Tensor]:
    """Run the hidden states along the measured scores: (drift, features), (row, step, ·)."""
    field, scores = twin.sde.field, twin.spec.scores
    hidden, drifts, seen = past.new_zeros(len(past), twin.spec.hidden), [], []
    for x, held in zip(past.unbind(1), constant.unbind(1), strict=True):
        state = torch.cat([x, hidden], -1)
        linear, features = field.trunk(state, held)
        drifts.append(field.drift(state, linear, features))
        hidden = hidden + drifts[-1][:, scores:]
        seen.append(features)
    return torch.stack(drifts, 1), torch.stack(seen, 1)


def _gaussian(error: Tensor, covariance: Tensor) -> Tensor:
    """Return -log N(error; 0, covariance) / dimension, averaged over the rows."""
    factor = torch.linalg.cholesky(covariance)
    white = torch.linalg.solve_triangular(factor, error[..., None], upper=False).squeeze(-1)
    logdet = factor.diagonal(dim1=-2, dim2=-1).log().sum(-1)
    size = error.shape[-1]
    return (0.5 * white.square().sum(-1) + logdet).mean() / size + 0.5 * math.log(2 * math.pi)
