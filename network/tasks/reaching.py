"""Neuroprosthetic-style regression: spike counts of many neurons to a hand's two velocities.

Neurons are cosine tuned to direction and speed (Georgopoulos et al., J. Neurosci. 2, 1527, 1982) and fire
as Poisson processes; the velocities are smooth random movements.
"""

import math

import torch
from nado_lab.network.tasks.series import generator, regression
from nado_lab.network.tasks.task import Task
from torch import Tensor

BASE_HZ, MODULATION_HZ = 12.0, 10.0


def reaching(
    train: int = 120,
    test: int = 40,
    seed: int = 0,
    neurons: int = 96,
    bin_s: float = 0.05,
    steps: int = 60,
    washout: int = 10,
) -> Task:
    """Generate counts (trial, step, neuron) in bins of `bin_s` and velocities (trial, step, 2)."""
    draw = generator(seed, 96)
    velocity = movements(train + test, steps, bin_s, draw)
    counts = torch.poisson(bin_s * firing_rates(velocity, neurons, draw), generator=draw)
    return regression("reaching", counts, velocity, train, test, washout)


def movements(trials: int, steps: int, bin_s: float, draw: torch.Generator, memory_s: float = 0.3) -> Tensor:
    """Return velocities (trial, step, 2) of unit deviation with a correlation time of `memory_s`."""
    keep = math.exp(-bin_s / memory_s)
    push = (1 - keep**2) ** 0.5
    velocity = torch.randn(trials, 2, generator=draw)
    path: list[Tensor] = []
    for _ in range(steps):
        velocity = keep * velocity + push * torch.randn(trials, 2, generator=draw)
        path.append(velocity)
    return torch.stack(path, dim=1)


def firing_rates(velocity: Tensor, neurons: int, draw: torch.Generator) -> Tensor:
    """Return rates (trial, step, neuron) in Hz, cosine tuned to velocity (trial, step, 2)."""
    angle = 2 * math.pi * torch.rand(neurons, generator=draw)
    preferred = torch.stack([torch.cos(angle), torch.sin(angle)])
    base = BASE_HZ * (0.5 + torch.rand(neurons, generator=draw))
    return (base + MODULATION_HZ * velocity @ preferred).clamp_min(0)
