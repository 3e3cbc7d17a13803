"""Devices side by side: many nodes are played so many at a time, each node on its own device."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from nado_lab.lab.setup import Setup


REST = -1.0
"""The drive of a device that has nothing to play: the bottom of its window."""


def slots(setups: list[Setup]) -> list[tuple[Setup, str]]:
    """Return the devices of a layer's setups in the order in which nodes take them: (setup, device's name).

    The first device of each setup comes first, then the second of each. One device alone has the name "".
    """
    names = [setup.devices or ("",) for setup in setups]
    pairs = list(zip(setups, names, strict=True))
    return [
        (setup, mine[at]) for at in range(max(map(len, names))) for setup, mine in pairs if at < len(mine)
    ]


def packed(drive: np.ndarray, nodes: int, devices: int) -> np.ndarray:
    """Lay trials (trial, step, port), `nodes` of each example after one another, side by side.

    Returns (round, device, step, port): node n of an example is on device n % devices. Where the nodes do not
    fill a round, the devices that are left rest at the bottom of their window.
    """
    rounds = -(-nodes // devices)
    examples = drive.reshape(-1, nodes, *drive.shape[1:])
    full = np.full((len(examples), rounds * devices, *drive.shape[1:]), REST)
    full[:, :nodes] = examples
    return full.reshape(-1, devices, *drive.shape[1:])


def unpacked(answer: np.ndarray, nodes: int) -> np.ndarray:
    """Take readouts (round, device, step, channel) apart again: (trial, step, channel), node after node."""
    devices = answer.shape[1]
    rounds = -(-nodes // devices)
    whole = answer.reshape(-1, rounds * devices, *answer.shape[2:])
    return whole[:, :nodes].reshape(-1, *answer.shape[2:])


def on_every_device(drive: np.ndarray, setup: Setup) -> np.ndarray:
    """Give every device of a setup the same drive (trial, step, port); one alone gets it as it is."""
    if not setup.devices:
        return drive
    return np.repeat(drive[:, None], len(setup.devices), axis=1)
