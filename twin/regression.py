"""Ridge regression."""

from __future__ import annotations

import torch
from torch import Tensor


def ridge(features: Tensor, target: Tensor, penalty: float = 1e-3) -> Tensor:
    """Return the weights (feature, target) of a lightly penalised linear regression."""
    x, y = features.double(), target.double()
    gram = x.T @ x + penalty * len(x) * torch.eye(x.shape[1], dtype=torch.float64)
    return torch.linalg.solve(gram, x.T @ y).float()
