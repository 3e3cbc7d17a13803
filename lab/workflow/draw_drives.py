"""Drives to ask a device with: random ones of both kinds that tasks are made of, and a network's own."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from nado_lab.network import RunOptions

if TYPE_CHECKING:
    from nado_lab.network import DeviceNetwork
    from nado_lab.twin import Twin

LONGEST_HOLD = 12


def random_drives(
    rng: np.random.Generator, sequences: int, steps: int, ports: int, held_share: float = 0.5
) -> np.ndarray:
    """Draw drives (sequence, step, port), uniform in [-1, 1].

    A share of the sequences holds each level for 2 to 12 steps: tasks drive a device with stretches of
    one level, and a twin that saw only independent amplitudes is wrong there.
    """
    drives = rng.uniform(-1, 1, (sequences, steps, ports))
    for row in range(round(held_share * sequences)):
        holds = rng.integers(2, LONGEST_HOLD + 1, steps)
        drives[row] = np.repeat(drives[row], holds, axis=0)[:steps]
    return drives[rng.permutation(sequences)]


@torch.no_grad()
def network_drives(
    network: DeviceNetwork, inputs: torch.Tensor, twins: list[Twin], seed: int
) -> list[np.ndarray]:
    """Run inputs (trial, step, feature) on the twins: drives (trial, node, step, port) of every layer."""
    generator = torch.Generator().manual_seed(seed)
    traces = network.run(inputs, twins, RunOptions(generator=generator))
    return [trace.drives.numpy() for trace in traces]


def choose_rows(rng: np.random.Generator, drives: list[np.ndarray], count: int) -> np.ndarray:
    """Take `count` of all nodes' drives of all layers at random: (row, step, port)."""
    pool = np.concatenate([each.reshape(-1, *each.shape[2:]) for each in drives])
    return pool[rng.choice(len(pool), min(count, len(pool)), replace=False)]
