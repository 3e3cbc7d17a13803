"""Layers of physical nodes with trainable weights between them.

Layer l is driven by u_l(t) = tanh(A_l x(t) + B_l z_below(t) + C_l z_l(t - 1) + b_l), where x are the inputs
and z the readouts, normalised by the twin's mean and deviation: of the layer below, or of all lower layers
(skip connections), and of the layer itself a step before (recurrent connections); with delays also as they
were some steps before. The answer is linear in features of all layers' normalised readouts (design.md
section 6).
"""

from collections.abc import Sequence
from functools import partial
from typing import cast

import torch
from nado_lab.network.connection import Connection
from nado_lab.network.device import NetworkTwins, twins_of_layers
from nado_lab.network.errors import NetworkError
from nado_lab.network.run import Layer, LayerTrace, RunOptions, run_layer
from nado_lab.network.spec import NetworkSpec
from nado_lab.network.step_features import delayed, step_features
from torch import Tensor, nn


class DeviceNetwork(nn.Module):
    """A network whose nodes are devices; its parameters are all that is not metal."""

    def __init__(self, spec: NetworkSpec) -> None:
        super().__init__()
        self.spec = spec
        connect = partial(Connection, levels=spec.levels, masked=spec.fan_in is not None)
        self.connections = nn.ModuleList(
            connect(spec.sources(i), layer.drive_count) for i, layer in enumerate(spec.layers)
        )
        self.recurrences = nn.ModuleList(
            connect(layer.readout_count, layer.drive_count, bias=False)
            for layer in spec.layers
            if spec.recurrent
        )
        self.readout = nn.Linear(spec.readout_features, spec.outputs)
        for index, layer in enumerate(spec.layers):
            self.register_buffer(f"readout_mean_{index}", torch.zeros(len(layer.channels)))
            self.register_buffer(f"readout_std_{index}", torch.ones(len(layer.channels)))

    @property
    def device(self) -> torch.device:
        """Return where the weights lie."""
        return self.readout.weight.device

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
        """Return the number of trainable numbers, without the connections that are missing."""
        missing = sum(int((b == 0).sum()) for name, b in self.named_buffers() if name.endswith("mask"))
        return sum(p.numel() for p in self.parameters()) - missing

    @property
    def port_count(self) -> int:
        """Return the number of drive inputs of a device of the first layer."""
        return self.spec.layers[0].ports

    @property
    def channels(self) -> tuple[str, ...]:
        """Return the readouts of a device of the first layer."""
        return self.spec.layers[0].channels

    def connection(self, layer: int) -> Connection:
        """Return the weights into a layer from the inputs and the lower layers."""
        return cast(Connection, self.connections[layer])

    def recurrence(self, layer: int) -> Connection:
        """Return the weights from a layer to itself, a step later."""
        return cast(Connection, self.recurrences[layer])

    def layer(self, layer: int) -> Layer:
        """Return a layer as it is run."""
        mean, std = (self.get_buffer(f"readout_{name}_{layer}") for name in ("mean", "std"))
        own = self.recurrence(layer) if self.spec.recurrent else None
        return Layer(self.spec.layers[layer], mean, std, own)

    def drives(self, layer: int, inputs: Tensor, below: Sequence[Tensor] | Tensor | None) -> Tensor:
        """Mix inputs (trial, step, feature) and the readouts below into drives (trial, node, step, port).

        `below` holds the readouts (trial, node, step, channel) of the lower layers in device units, the
        lowest first, or those of the layer below alone. The drives lie inside [-1, 1].
        """
        if self.spec.recurrent:
            raise NetworkError(
                "recurrent connections need all nodes of a layer at once, step by step; a device that plays "
                "one node's trial at a time cannot realise them. Train without recurrent=true to deploy"
            )
        return self.layer(layer).drives(self.mix(layer, inputs, below))

    def mix(self, layer: int, inputs: Tensor, below: Sequence[Tensor] | Tensor | None) -> Tensor:
        """Return what drives a layer before the tanh (trial, step, drive), recurrent connections apart."""
        below = _as_list(below)
        self._check(layer, inputs, below)
        return self.connection(layer)(self.sources(layer, inputs, below))

    def sources(self, layer: int, inputs: Tensor, below: Sequence[Tensor]) -> Tensor:
        """Gather what a layer's connections see: (trial, step, source)."""
        seen = self.spec.seen_layers(layer)
        known = list(below)[-len(seen) :] if seen else []
        parts = [inputs] if self.spec.sees_inputs(layer) else []
        parts += [_by_step(self.layer(i).normalise(y)) for i, y in zip(seen, known, strict=True)]
        return delayed(torch.cat(parts, dim=-1), self.spec.delays)

    def features(self, readouts: Sequence[Tensor], lengths: Tensor | None = None) -> Tensor:
        """Gather what the linear readout sees: (trial, feature), or (trial, step, feature) for EACH.

        `lengths` (trial,) are the steps of trials of unequal length; what was read after them is not seen.
        """
        parts = [
            step_features(self.layer(i).normalise(y), self.spec, lengths) for i, y in enumerate(readouts)
        ]
        return torch.cat(parts, dim=-1)

    def decode(self, readouts: Sequence[Tensor], lengths: Tensor | None = None) -> Tensor:
        """Answer from the readouts of all layers: (trial, output), or (trial, step, output) for EACH."""
        if len(readouts) != self.layer_count:
            raise NetworkError(f"decode needs the readouts of {self.layer_count} layers, got {len(readouts)}")
        return self.readout(self.features(readouts, lengths))

    def respond(
        self,
        inputs: Tensor,
        twins: NetworkTwins,
        *,
        noise: bool = True,
        generator: torch.Generator | None = None,
    ) -> list[Tensor]:
        """Run the layers on twins; return the readouts (trial, node, step, channel) of each."""
        traces = self.run(inputs, twins, RunOptions(noise, generator))
        return [trace.readouts for trace in traces]

    def run(self, inputs: Tensor, twins: NetworkTwins, options: RunOptions) -> list[LayerTrace]:
        """Run the layers on twins; return what each was driven with and read."""
        traces: list[LayerTrace] = []
        for layer, devices in enumerate(twins_of_layers(twins, self.layer_count)):
            mixed = self.mix(layer, inputs, [trace.readouts for trace in traces])
            traces.append(run_layer(self.layer(layer), mixed, devices, options))
        return traces

    def forward(
        self,
        inputs: Tensor,
        twins: NetworkTwins,
        *,
        noise: bool = True,
        generator: torch.Generator | None = None,
        lengths: Tensor | None = None,
    ) -> Tensor:
        """Answer inputs (trial, step, feature) through twins; one call of a twin a layer."""
        return self.decode(self.respond(inputs, twins, noise=noise, generator=generator), lengths)

    def _check(self, layer: int, inputs: Tensor, below: Sequence[Tensor]) -> None:
        if inputs.ndim != 3 or inputs.shape[-1] != self.spec.features:
            raise NetworkError(
                f"inputs must be (trial, step, {self.spec.features} features), got {tuple(inputs.shape)}"
            )
        needed = len(self.spec.seen_layers(layer))
        if len(below) < needed:
            raise NetworkError(
                f"layer {layer} needs the readouts of {needed} lower layer(s), got {len(below)}"
            )


def _as_list(below: Sequence[Tensor] | Tensor | None) -> list[Tensor]:
    if below is None:
        return []
    return [below] if isinstance(below, Tensor) else list(below)


def _by_step(readouts: Tensor) -> Tensor:
    return readouts.transpose(1, 2).flatten(2)
