"""How the layers of a network run on twins: whole trials at once, or stretch by stretch, or step by step."""

from dataclasses import dataclass

import torch
from nado_lab.network.connection import Connection
from nado_lab.network.device import Twins, respond_nodes
from nado_lab.network.spec import LayerSpec
from nado_lab.network.stepping import Steppable, begin_trial
from torch import Tensor


@dataclass(frozen=True)
class RunOptions:
    """Whether the twins are noisy, where their noise comes from, and where the gradient is cut (steps)."""

    noise: bool = True
    generator: torch.Generator | None = None
    truncate: int | None = None


@dataclass(frozen=True)
class LayerTrace:
    """What a layer was driven with (trial, node, step, port) and read (trial, node, step, channel)."""

    drives: Tensor
    readouts: Tensor


@dataclass(frozen=True)
class Layer:
    """A layer as it is run: its size, the normalisation (channel,) of its readouts, its recurrent weights."""

    spec: LayerSpec
    mean: Tensor
    std: Tensor
    recurrence: Connection | None = None

    def drives(self, mixed: Tensor) -> Tensor:
        """Squash what the layer sees (trial, step, drive) into drives (trial, node, step, port)."""
        nodes = (self.spec.nodes, self.spec.ports)
        return torch.unflatten(torch.tanh(mixed), -1, nodes).transpose(1, 2)

    def normalise(self, readouts: Tensor) -> Tensor:
        """Turn readouts (..., channel) in device units into multiples of the twin's deviation."""
        return ((readouts - self.mean) / self.std).to(self.std.dtype)


def run_layer(layer: Layer, mixed: Tensor, twins: Twins, options: RunOptions) -> LayerTrace:
    """Run a layer on its twins under what it sees, mixed (trial, step, drive)."""
    if layer.recurrence is not None:
        return _step_by_step(layer, layer.recurrence, mixed, twins, options)
    drives = layer.drives(mixed)
    if options.truncate is None:
        readouts = respond_nodes(twins, drives, noise=options.noise, generator=options.generator)
        return LayerTrace(drives, readouts)
    return LayerTrace(drives, _by_stretches(drives, twins, options, options.truncate))


def step_layer(layer: Layer, mixed: Tensor, devices: Steppable) -> LayerTrace:
    """Run a layer on devices that are asked step by step, without a gradient to what went before."""
    options = RunOptions(truncate=1)
    if layer.recurrence is not None:
        return _step_by_step(layer, layer.recurrence, mixed, devices, options)
    drives = layer.drives(mixed)
    return LayerTrace(drives, _by_stretches(drives, devices, options, 1))


def _by_stretches(drives: Tensor, twins: Steppable, options: RunOptions, steps: int) -> Tensor:
    trial = begin_trial(twins, noise=options.noise, generator=options.generator)
    readouts: list[Tensor] = []
    for stretch in torch.split(drives, steps, dim=2):
        trial.detach()
        readouts.append(trial.respond(stretch))
    return torch.cat(readouts, dim=2)


def _step_by_step(
    layer: Layer, recurrence: Connection, mixed: Tensor, twins: Steppable, options: RunOptions
) -> LayerTrace:
    """Feed the layer's own readouts back a step later; before the first they count as their mean, zero."""
    trial = begin_trial(twins, noise=options.noise, generator=options.generator)
    own = mixed.new_zeros(len(mixed), 1, layer.spec.readout_count)
    drives: list[Tensor] = []
    readouts: list[Tensor] = []
    for step, now in enumerate(torch.split(mixed, 1, dim=1)):
        if options.truncate and step % options.truncate == 0:
            trial.detach()
            own = own.detach()
        drives.append(layer.drives(now + recurrence(own)))
        readouts.append(trial.respond(drives[-1]))
        own = layer.normalise(readouts[-1]).transpose(1, 2).flatten(2)
    return LayerTrace(torch.cat(drives, dim=2), torch.cat(readouts, dim=2))
