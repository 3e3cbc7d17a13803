"""Ridge regression (Hoerl and Kennard 1970), in double precision."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

import torch
from torch import Tensor


def ridge(features: Tensor, target: Tensor, penalty: float = 1e-3) -> Tensor:
    """Return the weights (feature, target) of a linear regression under a `penalty` a row."""
    return solve_ridge(features.double(), target.double(), penalty * len(features)).float()


def solve_ridge(x: Tensor, y: Tensor, penalty: float) -> Tensor:
    """Return the weights (feature, target) that minimise |x w - y|^2 + penalty |w|^2.

    Where there are more features than rows the equations of the rows are solved, which are fewer.
    """
    rows, columns = x.shape
    if columns <= rows:
        return torch.linalg.solve(
            x.T @ x + penalty * torch.eye(columns, dtype=x.dtype, device=x.device), x.T @ y
        )
    return (
        torch.linalg.solve(x @ x.T + penalty * torch.eye(rows, dtype=x.dtype, device=x.device), y).T @ x
    ).T
