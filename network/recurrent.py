"""Layers whose nodes see each other's readouts a step later: run step by step, on twins only."""

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from network.device import Twins
from network.passage import open_passage

if TYPE_CHECKING:
    from network.device_network import DeviceNetwork


def respond_recurrent(
    network: "DeviceNetwork",
    layer: int,
    mixed: Tensor,
    twins: Twins,
    noise: bool,
    generator: torch.Generator | None,
) -> Tensor:
    """Run a recurrent layer driven by `mixed` (trial, step, drive): readouts (trial, node, step, channel).

    Before the first step the layer's own readouts count as their mean (normalised: zero).
    """
    passage = open_passage(twins, noise, generator)
    own = mixed.new_zeros(len(mixed), 1, network.spec.layers[layer].readout_count)
    readouts = []
    for now in mixed.split(1, dim=1):
        drives = torch.tanh(now + network.recurrence(layer)(own))
        readout = passage.respond(network.shape_drives(layer, drives))
        own = network.normalise(layer, readout).transpose(1, 2).flatten(2)
        readouts.append(readout)
    return torch.cat(readouts, dim=2)
