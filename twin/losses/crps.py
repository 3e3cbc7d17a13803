"""Continuous ranked probability score of one-dimensional marginals. Gneiting and Raftery 2007, eq. 21."""

from __future__ import annotations

from torch import Tensor


def crps(members: Tensor, truth: Tensor, shifts: int = 2) -> Tensor:
    """Score members (member, …) against truth (…), elementwise and unbiased in the number of members.

    E|X - y| - E|X - X'| / 2; the second term is taken over `shifts` cyclic pairings of the members.
    """
    distance = (members - truth).abs().mean(0)
    pairs = range(1, min(shifts, len(members) - 1) + 1)
    spread = sum((members - members.roll(shift, 0)).abs().mean(0) for shift in pairs) / len(pairs)
    return distance - 0.5 * spread
