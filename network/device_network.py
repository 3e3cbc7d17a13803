"""Layers of physical nodes with trainable weights between them.

Layer l is driven by u_l(t) = tanh(A_l x(t) + B_l z_{l-1}(t) + b_l), where x are the inputs and z the
readouts of the layer below, normalised by the twin's mean and standard deviation. The answer is linear
in features of all layers' normalised readouts (design.md section 6).
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from network.device import Twins, first_twin, respond_nodes, twins_of_layers
from network.errors import NetworkError
from network.spec import LayerSpec, NetworkSpec
from network.step_features import step_features


class DeviceNetwork(nn.Module):
    """A network whose nodes are devices; its parameters are all that is not metal."""

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__()
        self.spec = spec
        self.from_inputs = nn.ModuleList(nn.Linear(spec.features, layer.drive_count) for layer in spec.layers)
        self.from_below = nn.ModuleList(
            nn.Linear(below.readout_count, layer.drive_count, bias=False)
            for below, layer in zip(spec.layers, spec.layers[1:], strict=False)
        )
        self.readout = nn.Linear(spec.readout_features, spec.outputs)
        for index, layer in enumerate(spec.layers):
            self.register_buffer(f"readout_mean_{index}", torch.zeros(len(layer.channels)))
            self.register_buffer(f"readout_std_{index}", torch.ones(len(layer.channels)))

    @property
    def layer_count(self) -> int:
        """Return the number of layers."""
        return len(self.spec.layers)

    @property
    def node_count(self) -> int:
        """Return the number of nodes in all layers."""
        return sum(layer.nodes for layer in self.spec.layers)

    @property
    def parameter_count(self) -> int:
        """Return the number of trainable numbers."""
        return sum(p.numel() for p in self.parameters())

    @property
    def port_count(self) -> int:
        """Return the number of drive inputs of a device of the first layer."""
        return self.spec.layers[0].ports

    @property
    def channels(self) -> tuple[str, ...]:
        """Return the readouts of a device of the first layer."""
        return self.spec.layers[0].channels

    def drives(self, layer: int, inputs: Tensor, below: Sequence[Tensor] | Tensor | None) -> Tensor:
        """Mix inputs (trial, step, feature) and the readouts below into drives (trial, node, step, port).

        `below` holds the readouts (trial, node, step, channel) of the lower layers in device units, the
        lowest first, or those of the layer below alone. The drives lie inside [-1, 1].
        """
        below = _as_list(below)
        self._check(layer, inputs, below)
        mixed = self.from_inputs[layer](inputs)
        if layer > 0:
            mixed = mixed + self.from_below[layer - 1](_by_step(self.normalise(layer - 1, below[-1])))
        trials, steps, _ = mixed.shape
        spec = self.spec.layers[layer]
        return torch.tanh(mixed).reshape(trials, steps, spec.nodes, spec.ports).transpose(1, 2)

    def normalise(self, layer: int, readouts: Tensor) -> Tensor:
        """Turn readouts (..., channel) in device units into multiples of the twin's deviation."""
        mean = self.get_buffer(f"readout_mean_{layer}")
        return (readouts - mean) / self.get_buffer(f"readout_std_{layer}")

    def features(self, readouts: Sequence[Tensor]) -> Tensor:
        """Gather what the linear readout sees: (trial, feature), or (trial, step, feature) for EACH."""
        parts = [step_features(self.normalise(i, y), self.spec) for i, y in enumerate(readouts)]
        return torch.cat(parts, dim=-1)

    def decode(self, readouts: Sequence[Tensor]) -> Tensor:
        """Answer from the readouts of all layers: (trial, output), or (trial, step, output) for EACH."""
        if len(readouts) != self.layer_count:
            raise NetworkError(f"decode needs the readouts of {self.layer_count} layers, got {len(readouts)}")
        return self.readout(self.features(readouts))

    def respond(
        self, inputs: Tensor, twins: Any, *, noise: bool = True, generator: torch.Generator | None = None
    ) -> list[Tensor]:
        """Run the layers on twins; return the readouts (trial, node, step, channel) of each."""
        readouts: list[Tensor] = []
        for layer, devices in enumerate(twins_of_layers(twins, self.layer_count)):
            drives = self.drives(layer, inputs, readouts)
            readouts.append(respond_nodes(devices, drives, noise=noise, generator=generator))
        return readouts

    def forward(
        self, inputs: Tensor, twins: Any, *, noise: bool = True, generator: torch.Generator | None = None
    ) -> Tensor:
        """Answer inputs (trial, step, feature) through twins; one call of a twin a layer."""
        return self.decode(self.respond(inputs, twins, noise=noise, generator=generator))

    def _check(self, layer: int, inputs: Tensor, below: Sequence[Tensor]) -> None:
        if inputs.ndim != 3 or inputs.shape[-1] != self.spec.features:
            raise NetworkError(
                f"inputs must be (trial, step, {self.spec.features} features), got {tuple(inputs.shape)}"
            )
        if layer > 0 and not below:
            raise NetworkError(f"layer {layer} needs the readouts of the lower layers, got none")


def build(
    inputs: Tensor, outputs: int, twins: Any, nodes: Sequence[int], *, seed: int = 0, **options: Any
) -> DeviceNetwork:
    """Make a network of layers of `nodes` for inputs (trial, step, feature), with seeded random weights.

    Weights are scaled on these inputs so that the drives fill the device's range; `options` are those
    of NetworkSpec (readout, windows).
    """
    layers = [
        LayerSpec(nodes=count, ports=first_twin(devices).port_count, channels=first_twin(devices).channels)
        for count, devices in zip(nodes, twins_of_layers(twins, len(nodes)), strict=True)
    ]
    spec = NetworkSpec(
        features=inputs.shape[-1], steps=inputs.shape[1], outputs=outputs, layers=tuple(layers), **options
    )
    network = DeviceNetwork(spec)
    _adopt_normalisation(network, twins_of_layers(twins, len(nodes)))
    initialise(network, inputs, twins, seed)
    return network


@torch.no_grad()
def initialise(network: DeviceNetwork, inputs: Tensor, twins: Any, seed: int) -> None:
    """Draw weights so that each drive has deviation 1 before its tanh, and a bias in [-0.5, 0.5]."""
    generator = torch.Generator().manual_seed(seed)
    inputs, readouts = inputs[:200], []
    for layer, devices in enumerate(twins_of_layers(twins, network.layer_count)):
        _scale(network.from_inputs[layer], inputs, generator, share=1.0 if layer == 0 else 0.5)
        if layer > 0:
            below = _by_step(network.normalise(layer - 1, readouts[-1]))
            _scale(network.from_below[layer - 1], below, generator, share=0.5)
        drives = network.drives(layer, inputs, readouts)
        readouts.append(respond_nodes(devices, drives, generator=generator))
    network.readout.weight.zero_()
    network.readout.bias.zero_()


def _scale(linear: Any, values: Tensor, generator: torch.Generator, share: float) -> None:
    linear.weight.copy_(torch.randn(linear.weight.shape, generator=generator))
    mixed = values.flatten(0, 1) @ linear.weight.T
    linear.weight.mul_((share**0.5 / mixed.std(0).clamp_min(1e-6)).unsqueeze(1))
    if linear.bias is not None:
        centre = values.flatten(0, 1).mean(0) @ linear.weight.T
        linear.bias.copy_(torch.rand(linear.bias.shape, generator=generator) - 0.5 - centre)


def _adopt_normalisation(network: DeviceNetwork, twins: list[Twins]) -> None:
    for layer, devices in enumerate(twins):
        twin = first_twin(devices)
        network.get_buffer(f"readout_mean_{layer}").copy_(twin.readout_mean)
        network.get_buffer(f"readout_std_{layer}").copy_(twin.readout_std.clamp_min(1e-12))


def _as_list(below: Sequence[Tensor] | Tensor | None) -> list[Tensor]:
    if below is None:
        return []
    return [below] if isinstance(below, Tensor) else list(below)


def _by_step(readouts: Tensor) -> Tensor:
    return readouts.transpose(1, 2).flatten(2)
