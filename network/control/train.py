"""Controllers that are networks of devices, trained through environment and twins together."""

# pyright: reportUnknownMemberType=false

from __future__ import annotations

import torch
from nado_lab.network.build import build
from nado_lab.network.control.controller import DeviceController, DeviceSteps
from nado_lab.network.control.descent import Descent, no_penalty, optimiser_of
from nado_lab.network.control.episodes import begin_at, steps_of
from nado_lab.network.control.settings import ControlSettings
from nado_lab.network.device import NetworkTwins, twins_of_layers
from nado_lab.network.device_network import DeviceNetwork
from nado_lab.network.environments.environment import Environment
from nado_lab.network.spec import StepReadout
from nado_lab.network.training.checkpoint import Checkpoint
from nado_lab.network.training.frozen import frozen
from nado_lab.network.training.loss import range_excess
from nado_lab.network.training.settings import Variant
from nado_lab.network.trial import Stepper
from nado_lab.observer import Observer
from torch import Tensor

LOOKED_AT = 32
FIRST_READOUT = 0.1


def train_controller(
    environment: Environment,
    twins: NetworkTwins,
    settings: ControlSettings,
    observer: Observer | None = None,
    checkpoint: Checkpoint | None = None,
    start: DeviceNetwork | None = None,
) -> DeviceNetwork:
    """Build a network and train it on an environment through its twins; `start` is trained on in place.

    The observer hears of every epoch with its loss (of a step, in the mean) and may stop the training after
    each: its state is in the checkpoint by then, if there is one. The seed decides everything.
    """
    of_layers = twins_of_layers(twins, len(settings.nodes))
    network = start or new_controller(environment, of_layers, settings)
    trained = settings.variant is not Variant.RESERVOIR
    network.connections.requires_grad_(trained)
    network.recurrences.requires_grad_(trained)
    generator = torch.Generator().manual_seed(settings.seed + 1)
    optimiser = optimiser_of(network.parameters(), settings)
    seen = checkpoint.resume(network, optimiser, generator, settings) if checkpoint else 0

    def outside(trial: Stepper) -> Tensor:
        assert isinstance(trial, DeviceSteps)
        return settings.range_penalty * range_excess(trial.traces, of_layers)

    def keep(epoch: int) -> None:
        if checkpoint:
            checkpoint.write(network, optimiser, generator, settings, epoch)

    descent = Descent(
        environment,
        DeviceController(network, of_layers),
        settings,
        generator,
        outside if settings.range_penalty else no_penalty,
    )
    try:
        with frozen(of_layers):
            descent.run(optimiser, observer or Observer(), seen, keep)
    finally:
        network.requires_grad_(requires_grad=True)
    return network


def new_controller(environment: Environment, twins: NetworkTwins, settings: ControlSettings) -> DeviceNetwork:
    """Build an untrained network for an environment, scaled to what is seen under random actions."""
    generator = torch.Generator().manual_seed(settings.seed)
    network = build(
        wandering(environment, generator),
        len(environment.action_names),
        twins,
        settings.nodes,
        seed=settings.seed,
        readout=StepReadout.EACH,
        **settings.structure,  # pyright: ignore[reportArgumentType]  (checked by NetworkSpec)
    )
    weight = network.readout.weight
    with torch.no_grad():
        weight.copy_(torch.randn(weight.shape, generator=generator) * FIRST_READOUT / weight.shape[1] ** 0.5)
    return network


@torch.no_grad()
def wandering(environment: Environment, generator: torch.Generator) -> Tensor:
    """Return what is seen (episode, step, observation) while random actions are taken."""
    begin = begin_at(environment, LOOKED_AT, generator)
    steps = steps_of(environment, _Random(len(environment.action_names), generator), begin, generator)
    return torch.stack([step.observation for step in steps], 1)


class _Random:
    """Take random actions."""

    def __init__(self, actions: int, generator: torch.Generator) -> None:
        self._actions, self._generator = actions, generator

    def step(self, inputs: Tensor) -> Tensor:
        """Draw actions evenly."""
        return torch.rand(len(inputs), self._actions, generator=self._generator) * 2 - 1

    def detach(self) -> None:
        """Have nothing to cut."""
