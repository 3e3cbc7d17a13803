"""How fast twins run free, beside a plain loop of the published kind and the bare products of its size."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import torch
from nado_lab.twin import ModelSpec, Twin, torchsde_paths
from torch import Tensor, nn

ROWS, STEPS, SIZE = 64, 50, 200


def make(channels: int, width: int, hidden: int = 0) -> Twin:
    """Build a twin of the usual kind."""
    sources = 0 if hidden else min(channels, 2)
    spec = ModelSpec(
        ports=1, channels=channels, components=channels, hidden=hidden, width=width, sources=sources, taus=2
    )
    return Twin(spec, tuple(map(str, range(channels))), ("",) * channels)


def best_of(count: int, action: Callable[[], Any]) -> float:
    """Return the least CPU time of `count` calls."""
    times = []
    for _ in range(count):
        begun = time.process_time()
        action()
        times.append(time.process_time() - begun)
    return min(times)


@torch.no_grad()
def free_running(rounds: int, many: int) -> dict[str, float]:
    """Return state-steps per second without gradients, at the published size and at that of our twins.

    Batches have ROWS rows, and where the name says so `many`. Every round goes through all of them. torchsde
    runs the same twin by Euler-Maruyama, one step of the solver a step of the drive, as our own solver does.
    """
    drive, large = torch.rand(ROWS, STEPS, 1), torch.rand(many, STEPS, 1)
    same, likelihood, memory = make(1, SIZE), make(1, 64), make(10, 64, hidden=32)
    runs: dict[str, tuple[int, Callable[[], Any]]] = {
        "two_stage_loop": (ROWS, two_stage_loop(drive)),
        "ours_same_size": (ROWS, lambda: same.paths(drive)),
        "matrix_products_of_one_evaluation": (ROWS, products(drive)),
        "ours_width_64": (ROWS, lambda: likelihood.paths(drive)),
        f"ours_width_64_batch_{many}": (many, lambda: likelihood.paths(large)),
        "ours_10_channels_32_hidden": (ROWS, lambda: memory.paths(drive)),
        "torchsde_10_channels_32_hidden": (ROWS, lambda: torchsde_paths(memory, drive, method="euler")),
        f"ours_10_channels_32_hidden_batch_{many}": (many, lambda: memory.paths(large)),
    }
    rates = dict.fromkeys(runs, 0.0)
    for _ in range(rounds):
        for name, (rows, run) in runs.items():
            rates[name] = max(rates[name], rows * STEPS / best_of(2, run))
    return rates


def two_stage_loop(drive: Tensor) -> Callable[[], None]:
    """Return a run of the published kind: two networks, each evaluated twice a step."""
    net, noise = (
        nn.Sequential(nn.Linear(2, SIZE), nn.ReLU(), nn.Linear(SIZE, SIZE), nn.ReLU(), nn.Linear(SIZE, out))
        for out in (1, 6)
    )

    def run() -> None:
        x = torch.zeros(len(drive), 3)
        for u in drive.unbind(1):
            draw = torch.randn(len(drive), 3, 2)
            first = _slope(net, noise, u, x, draw)
            second = _slope(net, noise, u, x + 0.1 * first, draw)
            x = x + 0.05 * (first + second)

    return run


def _slope(net: nn.Module, noise: nn.Module, u: Tensor, x: Tensor, draw: Tensor) -> Tensor:
    """Return drift and noise (row, state) of the loop at x."""
    seen = torch.cat([u, x[:, :1]], 1)
    push = torch.cat([net(seen) - x[:, 1:].sum(1, keepdim=True), -x[:, 1:]], 1)
    return push + 3.0 * torch.einsum("rij,rij->ri", noise(seen).unflatten(1, (3, 2)), draw)


def products(drive: Tensor) -> Callable[[], None]:
    """Return the products of two layers of SIZE x SIZE (drift and noise), once a step and nothing else."""
    x, weights = torch.rand(len(drive), SIZE), [torch.rand(SIZE, SIZE) for _ in range(2)]
    outs = [torch.empty_like(x) for _ in weights]

    def run() -> None:
        for _ in range(drive.shape[1]):
            for weight, out in zip(weights, outs, strict=True):
                torch.mm(x, weight, out=out)

    return run
