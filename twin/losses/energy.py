"""Energy score of whole paths: the multivariate form of the CRPS. Gneiting and Raftery 2007, eq. 22."""

# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

from torch import Tensor


def energy_score(members: Tensor, truth: Tensor, shifts: int = 2) -> Tensor:
    """Score members (member, row, dimension) against truth (row, dimension): (row,), unbiased."""
    size = truth.shape[-1] ** 0.5
    distance = (members - truth).norm(dim=-1).mean(0)
    pairs = range(1, min(shifts, len(members) - 1) + 1)
    spread = sum((members - members.roll(shift, 0)).norm(dim=-1).mean(0) for shift in pairs) / len(pairs)
    return (distance - 0.5 * spread) / size
