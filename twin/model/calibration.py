"""How a device has drifted since its twin was fitted: a few numbers between components and readout."""

from __future__ import annotations

import torch
from torch import Tensor, nn


class Calibration(nn.Module):
    """Map components x to A x + b, add an offset (channel,) to the readout, scale every noise by `spread`."""

    matrix: Tensor
    shift: Tensor
    offset: Tensor
    spread: Tensor

    def __init__(self, channels: int, components: int) -> None:
        super().__init__()
        self.register_buffer("matrix", torch.eye(components))
        self.register_buffer("shift", torch.zeros(components))
        self.register_buffer("offset", torch.zeros(channels))
        self.register_buffer("spread", torch.ones(()))

    def correct(self, components: Tensor) -> Tensor:
        """Turn the components (…, component) of the fitted device to those of the drifted one."""
        return components @ self.matrix.T + self.shift
