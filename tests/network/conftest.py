"""A small noisy device with memory, in torch, that stands in for a fitted twin."""

import pytest
import torch
from torch import Tensor, nn

VOLT = 1e-4


class LeakyDevice(nn.Module):
    """Ten channels, each a leaky integrator of its own nonlinearity of the drive, with white noise."""

    def __init__(self, noise: float = 0.05, seed: int = 0, ports: int = 1) -> None:
        super().__init__()
        draw = torch.Generator().manual_seed(seed)
        self.port_count = ports
        self.channels = tuple(f"c{i}" for i in range(10))
        self.noise = noise
        self.gain = nn.Parameter(torch.randn(ports, 10, generator=draw) * 2)
        self.shift = nn.Parameter(torch.randn(10, generator=draw))
        self.leak = nn.Parameter(torch.rand(10, generator=draw) * 0.8)
        self.register_buffer("readout_mean", torch.full((10,), 3 * VOLT))
        self.register_buffer("readout_std", torch.full((10,), 0.5 * VOLT))

    def respond(
        self, drive: Tensor, *, noise: bool = True, generator: torch.Generator | None = None
    ) -> Tensor:
        """Answer drive (..., step, port) with readout (..., step, channel) in volts."""
        x = torch.zeros(*drive.shape[:-2], 10)
        out = []
        for u in drive.unbind(-2):
            x = self.leak * x + (1 - self.leak) * torch.tanh(u @ self.gain + self.shift)
            out.append(x)
        y = torch.stack(out, -2)
        if noise:
            y = y + self.noise * torch.randn(y.shape, generator=generator)
        return (3 + y) * VOLT


@pytest.fixture
def leaky():
    """Return the class of the stand-in device."""
    return LeakyDevice
