"""What controls a plant: it is begun with every episode, and says an action to each observation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import torch
from nado_lab.network.device_network import DeviceNetwork
from nado_lab.network.run import LayerTrace
from nado_lab.network.stepping import Steppable
from nado_lab.network.trial import NetworkTrial, Stepper
from torch import Tensor


class Controller(Protocol):
    """Anything that can control episodes, batched: observations in, actions in [-1, 1] out."""

    def begin(self, *, noise: bool = True, generator: torch.Generator | None = None) -> Stepper:
        """Begin so many episodes as are then given observations (episode, observation)."""
        ...


@dataclass(frozen=True)
class DeviceController:
    """A network of devices whose readout is the action (its tanh, so that it stays in [-1, 1]).

    `devices` hold an entry a layer: twins, or stepwise devices on a bench.
    """

    network: DeviceNetwork
    devices: Sequence[Steppable]

    def begin(self, *, noise: bool = True, generator: torch.Generator | None = None) -> DeviceSteps:
        """Begin episodes on the devices, in their initial state."""
        return DeviceSteps(NetworkTrial(self.network, self.devices, noise=noise, generator=generator))


class DeviceSteps:
    """Episodes under way whose actions come from a network of devices."""

    def __init__(self, trial: NetworkTrial) -> None:
        self._trial = trial

    @property
    def traces(self) -> list[LayerTrace]:
        """Return what each layer was driven with and read in the last step, (episode, node, 1, ·)."""
        return self._trial.traces

    def step(self, inputs: Tensor) -> Tensor:
        """Answer observations (episode, observation) with actions (episode, action)."""
        return torch.tanh(self._trial.step(inputs))

    def detach(self) -> None:
        """Cut the gradient to everything before."""
        self._trial.detach()
