"""How the layers of a network run on twins: whole trials at once, or stretch by stretch, or step by step."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import torch
from nado_lab.network.device import Twins, respond_nodes
from nado_lab.network.passage import open_passage
from torch import Tensor

if TYPE_CHECKING:
    from nado_lab.network.device_network import DeviceNetwork


@dataclass(frozen=True)
class How:
    """Whether the twins are noisy, where their noise comes from, and where the gradient is cut (steps)."""

    noise: bool = True
    generator: torch.Generator | None = None
    truncate: int | None = None


@dataclass
class Trace:
    """What happened, layer by layer: drives (trial, node, step, port), readouts (…, step, channel)."""

    drives: list[Tensor] = field(default_factory=list)
    readouts: list[Tensor] = field(default_factory=list)


def run_layer(
    network: "DeviceNetwork", layer: int, mixed: Tensor, twins: Twins, how: How
) -> tuple[Tensor, Tensor]:
    """Run a layer under what it sees, mixed (trial, step, drive); return its drives and readouts."""
    if network.spec.recurrent:
        return _step_by_step(network, layer, mixed, twins, how)
    drives = network.shape_drives(layer, torch.tanh(mixed))
    if how.truncate is None:
        return drives, respond_nodes(twins, drives, noise=how.noise, generator=how.generator)
    return drives, _by_stretches(drives, twins, how, how.truncate)


def _by_stretches(drives: Tensor, twins: Twins, how: How, steps: int) -> Tensor:
    passage = open_passage(twins, how.noise, how.generator)
    readouts = []
    for stretch in drives.split(steps, dim=2):
        passage.detach()
        readouts.append(passage.respond(stretch))
    return torch.cat(readouts, dim=2)


def _step_by_step(
    network: "DeviceNetwork", layer: int, mixed: Tensor, twins: Twins, how: How
) -> tuple[Tensor, Tensor]:
    """Feed the layer's own readouts back a step later; before the first they count as their mean, zero."""
    passage = open_passage(twins, how.noise, how.generator)
    own = mixed.new_zeros(len(mixed), 1, network.spec.layers[layer].readout_count)
    drives, readouts = [], []
    for step, now in enumerate(mixed.split(1, dim=1)):
        if how.truncate and step % how.truncate == 0:
            passage.detach()
            own = own.detach()
        drives.append(network.shape_drives(layer, torch.tanh(now + network.recurrence(layer)(own))))
        readouts.append(passage.respond(drives[-1]))
        own = network.normalise(layer, readouts[-1]).transpose(1, 2).flatten(2)
    return torch.cat(drives, dim=2), torch.cat(readouts, dim=2)
