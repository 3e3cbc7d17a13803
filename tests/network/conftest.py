"""A small noisy device with memory, in torch, that stands in for a fitted twin."""

import pytest
import torch
from nado_lab.observer import Observer, Progress
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
        self.register_buffer("drive_low", torch.full((ports,), -0.9))
        self.register_buffer("drive_high", torch.full((ports,), 0.9))
        self.register_buffer("readout_mean", torch.full((10,), 3 * VOLT))
        self.register_buffer("readout_std", torch.full((10,), 0.5 * VOLT))

    def respond(
        self, drive: Tensor, *, noise: bool = True, generator: torch.Generator | None = None
    ) -> Tensor:
        """Answer drive (..., step, port) with readout (..., step, channel) in volts."""
        return self.begin(noise=noise, generator=generator).respond(drive)

    def begin(self, *, noise: bool = True, generator: torch.Generator | None = None) -> "LeakyTrial":
        """Begin a trial that is answered stretch by stretch."""
        return LeakyTrial(self, noise, generator)


class LeakyTrial:
    """A trial under way on the stand-in."""

    def __init__(self, device: LeakyDevice, noise: bool, generator: torch.Generator | None) -> None:
        self.device, self.noise, self.generator = device, noise, generator
        self.x: Tensor | None = None

    def detach(self) -> None:
        """Cut the gradient to the past."""
        self.x = None if self.x is None else self.x.detach()

    def respond(self, drive: Tensor) -> Tensor:
        """Answer the next steps."""
        x = torch.zeros(*drive.shape[:-2], 10) if self.x is None else self.x
        device, out = self.device, []
        for u in drive.unbind(-2):
            x = device.leak * x + (1 - device.leak) * torch.tanh(u @ device.gain + device.shift)
            out.append(x)
        self.x, y = x, torch.stack(out, -2)
        if self.noise:
            y = y + device.noise * torch.randn(y.shape, generator=self.generator)
        return (3 + y) * VOLT


class Listener(Observer):
    """Note all progress; wish to stop once so many epochs were told."""

    def __init__(self, stop_after: float = float("inf")) -> None:
        self.told: list[Progress] = []
        self.stop_after = stop_after

    @property
    def epochs(self) -> list[float]:
        """Return the epochs that were told."""
        return [each.figures["epoch"] for each in self.told if "epoch" in each.figures]

    @property
    def shares(self) -> list[float]:
        """Return the shares that were told."""
        return [each.share for each in self.told]

    def progress(self, progress: Progress) -> None:
        """Note it."""
        self.told.append(progress)

    def should_stop(self) -> bool:
        """Wish so once enough epochs were told."""
        return len(self.epochs) >= self.stop_after


@pytest.fixture
def listener():
    """Return the class of an observer that notes all it is told."""
    return Listener


@pytest.fixture
def leaky():
    """Return the class of the stand-in device."""
    return LeakyDevice
