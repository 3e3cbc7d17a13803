"""Gaussian likelihood in innovations form: hidden states follow what was measured and are known exactly."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

import math

import torch
from nado_lab.twin.losses.forcing import force
from nado_lab.twin.model.start import Start
from nado_lab.twin.model.twin import Twin
from torch import Tensor


def innovations(twin: Twin, drive: Tensor, components: Tensor, start: Start) -> Tensor:
    """Return the mean negative log-likelihood per component of measured components (row, step, component).

    Given the steps before, the errors of a step are Gaussian with covariance diag(own^2) + M M^T, where M
    (component, rank) is the mix of the shared noises: of a small matrix (rank, rank) by Woodbury's identity.
    """
    forced = force(twin, drive, components, start)
    power = forced.own.square()
    mixed = twin.sde.field.mix * forced.shared[..., None, :]
    weighed = mixed / power[..., None]
    inner = torch.eye(mixed.shape[-1]).to(mixed) + mixed.mT @ weighed
    factor = torch.linalg.cholesky(inner)
    shared = torch.linalg.solve_triangular(factor, weighed.mT @ forced.error[..., None], upper=False)
    distance = (forced.error.square() / power).sum(-1) - shared.square().sum((-2, -1))
    volume = power.log().sum(-1) + 2 * factor.diagonal(dim1=-2, dim2=-1).log().sum(-1)
    return 0.5 * (distance + volume).sum() / components.numel() + 0.5 * math.log(2 * math.pi)
