"""A new network: its sizes from the task and the twins, its weights random from a seed."""

from collections.abc import Sequence

import torch
from nado_lab.network.connection import Connection, choose_sources
from nado_lab.network.device import NetworkTwins, Twins, first_twin, twins_of_layers
from nado_lab.network.device_network import DeviceNetwork
from nado_lab.network.errors import NetworkError
from nado_lab.network.lengths import own_steps
from nado_lab.network.run import RunOptions, run_layer
from nado_lab.network.spec import LayerSpec, NetworkSpec, Option
from nado_lab.wrong_values import in_words
from pydantic import ValidationError
from torch import Tensor

SCALED_ON = 200


def build(
    inputs: Tensor,
    outputs: int,
    twins: NetworkTwins,
    nodes: Sequence[int],
    *,
    seed: int = 0,
    lengths: Tensor | None = None,
    **options: Option,
) -> DeviceNetwork:
    """Make a network of layers of `nodes` for inputs (trial, step, feature), with seeded random weights.

    Weights are scaled on these inputs (of trials of these `lengths`) so that the drives fill the device's
    range; `options` are those of NetworkSpec (readout, windows, skip, recurrent, delays, readout_delays,
    fan_in, levels).
    """
    of_layers = twins_of_layers(twins, len(nodes))
    layers = [
        LayerSpec(nodes=count, ports=first_twin(devices).port_count, channels=first_twin(devices).channels)
        for count, devices in zip(nodes, of_layers, strict=True)
    ]
    sizes = {"features": inputs.shape[-1], "steps": inputs.shape[1], "outputs": outputs}
    try:
        network = DeviceNetwork(NetworkSpec.model_validate({"layers": layers, **sizes, **options}))
    except ValidationError as error:
        told = in_words(error.errors()[0])
        raise NetworkError(f"no such network: {told}") from error
    _adopt_normalisation(network, of_layers)
    own = None if lengths is None else own_steps(lengths, inputs.shape[1])
    initialise(network, inputs, of_layers, torch.Generator().manual_seed(seed), own)
    return network


@torch.no_grad()
def initialise(
    network: DeviceNetwork,
    inputs: Tensor,
    twins: list[Twins],
    generator: torch.Generator,
    own: Tensor | None = None,
) -> None:
    """Draw weights so that each drive has deviation 1 before its tanh and a centre in [-0.5, 0.5].

    Of trials of unequal length only their `own` steps (trial, step) count.
    """
    inputs, readouts = inputs[:SCALED_ON], list[Tensor]()
    for layer, devices in enumerate(twins):
        connection = network.connection(layer)
        _thin_out(network, layer, generator)
        sources = network.sources(layer, inputs, readouts)
        _scale(connection, sources.flatten(0, 1) if own is None else sources[own[:SCALED_ON]], generator)
        if network.spec.recurrent:
            _start_recurrent(network.recurrence(layer), generator)
        mixed = network.mix(layer, inputs, readouts)
        options = RunOptions(generator=generator)
        readouts.append(run_layer(network.layer(layer), mixed, devices, options).readouts)
    network.readout.weight.zero_()
    network.readout.bias.zero_()


def _thin_out(network: DeviceNetwork, layer: int, generator: torch.Generator) -> None:
    """Choose which connections exist; a drive's fan-in counts all its sources together."""
    if network.spec.fan_in is None:
        return
    parts = [network.connection(layer)]
    parts += [network.recurrence(layer)] if network.spec.recurrent else []
    sizes = [part.in_features for part in parts]
    chosen = choose_sources(parts[0].out_features, sum(sizes), network.spec.fan_in, generator)
    for part, mask in zip(parts, torch.split(chosen, sizes, dim=1), strict=True):
        part.get_buffer("mask").copy_(mask)


def _scale(connection: Connection, values: Tensor, generator: torch.Generator) -> None:
    connection.weight.copy_(torch.randn(connection.weight.shape, generator=generator))
    spread = (values @ connection.realised.T).std(0).clamp_min(1e-6)
    connection.weight.div_(spread.unsqueeze(1))
    centre = values.mean(0) @ connection.realised.T
    connection.bias.copy_(torch.rand(connection.bias.shape, generator=generator) - 0.5 - centre)


def _start_recurrent(connection: Connection, generator: torch.Generator) -> None:
    connection.weight.copy_(torch.randn(connection.weight.shape, generator=generator))
    connection.weight.mul_(0.1 / connection.in_features**0.5)


def _adopt_normalisation(network: DeviceNetwork, twins: list[Twins]) -> None:
    for layer, devices in enumerate(twins):
        twin = first_twin(devices)
        network.get_buffer(f"readout_mean_{layer}").copy_(twin.readout_mean)
        network.get_buffer(f"readout_std_{layer}").copy_(twin.readout_std.clamp_min(1e-30))
