"""Let a network's normalisation follow a device whose gain and offset have changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import torch
from torch import Tensor

if TYPE_CHECKING:
    from nado_lab.network import DeviceNetwork
    from nado_lab.twin import Twin

LEAST_CORRELATION = 0.9
ROWS = 200


@torch.no_grad()
def follow(network: DeviceNetwork, old: list[Twin], new: list[Twin], drives: list[np.ndarray]) -> None:
    """Shift and scale each layer's normalisation by what its device changed between two twins of it.

    Where the layer's old twin says y the new one says a y + b under the layer's drives (trial, node, step,
    port), so that the weights above see what they were trained on.
    """
    for layer, drive in enumerate(drives):
        rows = torch.as_tensor(drive.reshape(-1, *drive.shape[2:])[:ROWS])
        gain, offset = straight_line(
            old[layer].respond(rows, noise=False), new[layer].respond(rows, noise=False)
        )
        mean = network.get_buffer(f"readout_mean_{layer}")
        mean.copy_(gain * mean + offset)
        network.get_buffer(f"readout_std_{layer}").mul_(gain)


def straight_line(before: Tensor, after: Tensor) -> tuple[Tensor, Tensor]:
    """Regress after on before (row, step, channel): gain and offset (channel,).

    A channel that hardly correlates (one that the drive does not move) keeps its gain.
    """
    x, y = before.flatten(0, 1).double(), after.flatten(0, 1).double()
    dx, dy = x - x.mean(0), y - y.mean(0)
    product, power = (dx * dy).sum(0), dx.square().sum(0).clamp_min(1e-300)
    correlation = product / (power * dy.square().sum(0)).sqrt().clamp_min(1e-300)
    gain = torch.where(correlation > LEAST_CORRELATION, product / power, torch.ones_like(power))
    return gain.float(), (y.mean(0) - gain * x.mean(0)).float()
