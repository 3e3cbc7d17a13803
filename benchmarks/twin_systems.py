"""The two analytical systems of the published twins, generated as shared/peers.md describes them."""

from __future__ import annotations

import math

import torch
from nado_lab.twin import Trials
from torch import Tensor

STEPS = 100
HOLDS = (10, 20)


def amplitudes(sequences: int, largest: float, generator: torch.Generator) -> Tensor:
    """Draw (sequence, step) amplitudes uniform in ±largest, held for 10 steps in one half, else 20."""
    halves = []
    for hold, count in zip(HOLDS, (sequences - sequences // 2, sequences // 2), strict=True):
        drawn = (2 * torch.rand(count, STEPS // hold, generator=generator) - 1) * largest
        halves.append(drawn.repeat_interleave(hold, 1))
    return torch.cat(halves)


def leaky(drive: Tensor, generator: torch.Generator, dt: float = 0.1) -> Tensor:
    """Integrate the leaky integrator with two coloured noises under drive (row, step): (row, step, 1)."""

    def field(z: Tensor, u: Tensor) -> tuple[Tensor, Tensor]:
        x, a1, a2 = z.unbind(-1)
        g1, g2 = 0.1 * torch.tanh((2 * u).abs()) + 0.02, 0.1 * torch.tanh((3 * x).abs())
        drift = torch.stack([torch.tanh(u) - x - a1 / 0.2 - a2 / 0.8, -a1 / 0.2, -a2 / 0.8], -1)
        zero = torch.zeros_like(x)
        first, second = torch.stack([g1, g1, zero], -1), torch.stack([g2, zero, g2], -1)
        return drift, torch.stack([first, second], -1)

    z, out = torch.zeros(len(drive), 3), []
    for u in drive.unbind(1):
        draw = torch.randn(len(drive), 3, 2, generator=generator)
        f, g = field(z, u)
        predicted = z + f * dt + math.sqrt(dt) * (g * draw).sum(-1)
        f_after, g_after = field(predicted, u)
        z = z + 0.5 * (f + f_after) * dt + math.sqrt(dt) * (0.5 * (g + g_after) * draw).sum(-1)
        out.append(z[:, :1])
    return torch.stack(out, 1)


def duffing(drive: Tensor, generator: torch.Generator, dt: float = 0.09 * 2 * math.pi / 1.2) -> Tensor:
    """Integrate the Duffing oscillator under drive (row, step) by the published RK4: (row, step, 2)."""

    def field(z: Tensor, u: Tensor) -> tuple[Tensor, Tensor]:
        x, v, a = z.unbind(-1)
        drift = torch.stack([v - a / 0.2, u - 0.3 * v + x - x**3, -a / 0.2], -1)
        g1, g2 = 0.05 * torch.tanh((2 * u).abs()) + 0.002, 0.05 * torch.tanh((3 * x).abs())
        return drift, torch.stack([torch.zeros_like(x), g1, g2], -1)

    z, out = torch.tensor([0.0, -0.06, 0.0]).expand(len(drive), 3), []
    for u in drive.unbind(1):
        draw = torch.randn(len(drive), 3, generator=generator)
        k1, l1 = field(z, u)
        k2, l2 = field(z + (k1 + math.sqrt(2 / dt) * l1 * draw) * dt / 2, u)
        k3, l3 = field(z + (k2 + math.sqrt(2 / dt) * l2 * draw) * dt / 2, u)
        k4, l4 = field(z + (k3 + math.sqrt(1 / dt) * l3 * draw) * dt, u)
        z = z + (k1 + 2 * k2 + 2 * k3 + k4) * dt / 6
        z = z + math.sqrt(dt) * (l1 + 2 * l2 + 2 * l3 + l4) / 6 * draw
        out.append(z[:, :2])
    return torch.stack(out, 1)


def system(name: str, sequences: int, repeats: int = 1, seed: int = 0) -> Trials:
    """Generate trials of the named system, `repeats` of each of `sequences` inputs, drive in [-1, 1]."""
    largest, respond, initial, dt = {
        "leaky": (2.0, leaky, [0.0], 0.1),
        "duffing": (0.2, duffing, [0.0, -0.06], 0.09 * 2 * math.pi / 1.2),
    }[name]
    generator = torch.Generator().manual_seed(seed)
    drive = amplitudes(sequences, largest, generator)
    if name == "duffing":
        drive = drive * torch.sin(1.2 * dt * torch.arange(STEPS))
    drive = drive.repeat_interleave(repeats, 0)
    return Trials(
        drive=(drive / largest)[..., None],
        readout=respond(drive, generator),
        initial=torch.tensor(initial).expand(len(drive), -1),
        sequence=torch.arange(sequences).repeat_interleave(repeats),
        step_s=dt,
    )
