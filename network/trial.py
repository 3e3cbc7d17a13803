"""A network's trial taken one step at a time: the next inputs may depend on the answers so far."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import torch
from nado_lab.network.device_network import DeviceNetwork
from nado_lab.network.errors import NetworkError
from nado_lab.network.run import LayerTrace
from nado_lab.network.spec import StepReadout
from nado_lab.network.stepping import Steppable, SteppedTrial, begin_trial
from torch import Tensor


class Stepper(Protocol):
    """Anything that answers inputs (trial, feature) with outputs (trial, output), step after step."""

    def step(self, inputs: Tensor) -> Tensor:
        """Answer the next inputs."""
        ...

    def detach(self) -> None:
        """Cut the gradient to everything before."""
        ...


class NetworkTrial:
    """A trial under way: `DeviceNetwork.forward` for the same noise, but one step a call.

    `devices` hold an entry a layer. All trials of a batch go side by side.
    """

    def __init__(
        self,
        network: DeviceNetwork,
        devices: Sequence[Steppable],
        *,
        noise: bool = True,
        generator: torch.Generator | None = None,
    ) -> None:
        if network.spec.readout is not StepReadout.EACH:
            raise NetworkError(
                "step by step a network answers at each step; this one answers once a trial "
                f"(readout {network.spec.readout.value}). Train it with readout=each"
            )
        if len(devices) != network.layer_count:
            raise NetworkError(f"{network.layer_count} layers need as many entries, got {len(devices)}")
        self._network = network
        self._trials: list[SteppedTrial] = [
            begin_trial(each, noise=noise, generator=generator) for each in devices
        ]
        self._inputs: list[Tensor] = []
        self._readouts: list[list[Tensor]] = [[] for _ in devices]
        self._traces: list[LayerTrace] = []

    @property
    def traces(self) -> list[LayerTrace]:
        """Return what each layer was driven with and read in the last step, (trial, node, 1, ·)."""
        return self._traces

    def step(self, inputs: Tensor) -> Tensor:
        """Answer the next inputs (trial, feature) with outputs (trial, output)."""
        if inputs.ndim != 2 or inputs.shape[-1] != self._network.spec.features:
            wanted = self._network.spec.features
            raise NetworkError(f"inputs must be (trial, {wanted} features), got {tuple(inputs.shape)}")
        spec = self._network.spec
        self._inputs = [*self._inputs, inputs.unsqueeze(1)][-spec.delays - 1 :]
        self._traces = []
        for layer in range(len(self._trials)):
            self._traces.append(self._run(layer))
        kept = max(spec.delays, spec.readout_delays) + 1
        self._readouts = [past[-kept:] for past in self._readouts]
        seen = [torch.cat(past[-spec.readout_delays - 1 :], dim=2) for past in self._readouts]
        return self._network.readout(self._network.features(seen)[:, -1])

    def detach(self) -> None:
        """Cut the gradient to everything before."""
        self._inputs = [each.detach() for each in self._inputs]
        self._readouts = [[each.detach() for each in past] for past in self._readouts]
        for trial in self._trials:
            trial.detach()

    def _run(self, layer: int) -> LayerTrace:
        """Let a layer take its step, after those below it have taken theirs."""
        network, own = self._network.layer(layer), self._readouts[layer]
        mixed = self._mixed(layer)
        if network.recurrence is not None and own:
            mixed = mixed + network.recurrence(network.normalise(own[-1]).transpose(1, 2).flatten(2))
        drives = network.drives(mixed)
        readouts = self._trials[layer].respond(drives)
        own.append(readouts)
        return LayerTrace(drives, readouts)

    def _mixed(self, layer: int) -> Tensor:
        """Mix what reaches a layer in this step (trial, 1, drive), recurrent connections apart."""
        count = self._network.spec.delays + 1
        below = [torch.cat(past[-count:], dim=2) for past in self._readouts[:layer]]
        sources = self._network.sources(layer, torch.cat(self._inputs, dim=1), below)
        return self._network.connection(layer)(sources[:, -1:])
