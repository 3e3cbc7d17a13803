"""How a device has drifted since its twin was fitted: a few numbers between scores and readout."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Calibration(nn.Module):
    """Map scores x to A x + b, add an offset (channel,) to the readout, and scale every noise by `spread`."""

    matrix: Tensor
    shift: Tensor
    offset: Tensor
    spread: Tensor

    def __init__(self, channels: int, scores: int) -> None:
        super().__init__()
        self.register_buffer("matrix", torch.eye(scores))
        self.register_buffer("shift", torch.zeros(scores))
        self.register_buffer("offset", torch.zeros(channels))
        self.register_buffer("spread", torch.ones(()))

    def scores(self, scores: Tensor) -> Tensor:
        """Turn the scores (…, score) of the fitted device to those of the drifted one."""
        return scores @ self.matrix.T + self.shift
