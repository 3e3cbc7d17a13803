"""The drives that a twin was fitted on: beyond them it saturates, because nothing was measured there."""

# pyright: reportUnknownMemberType=false

from __future__ import annotations

from typing import NamedTuple

import torch
from torch import Tensor

SOFT = 0.1
"""Beyond its range a drive acts as one within so many half ranges of the edge; smooth, so gradients pass."""
EDGE = 0.01
"""A drive counts as outside from so many half ranges on."""


class DriveRange(NamedTuple):
    """Hold the least and the largest drive (port,); where `is_bounded` drives beyond them saturate."""

    low: Tensor
    high: Tensor
    is_bounded: bool = True

    def saturate(self, drive: Tensor) -> Tensor:
        """Return drive (…, port) as it is inside the range, and beyond it at most SOFT half ranges away."""
        if not self.is_bounded:
            return drive
        inside = torch.minimum(torch.maximum(drive, self.low), self.high)
        soft = SOFT * self._half()
        return inside + soft * torch.tanh((drive - inside) / soft)

    def excess(self, drive: Tensor) -> Tensor:
        """Tell how far drive (…, port) lies outside, in half ranges; 0 inside."""
        return (torch.maximum(drive - self.high, self.low - drive) / self._half()).clamp_min(0)

    def is_outside(self, drive: Tensor) -> Tensor:
        """Tell which steps (…, step) of drive (…, step, port) lie outside by more than EDGE."""
        return (self.excess(drive) > EDGE).any(-1)

    def _half(self) -> Tensor:
        return ((self.high - self.low) / 2).clamp_min(1e-12)
