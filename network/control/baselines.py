"""What a controller of devices is compared with: a GRU, a readout without devices, one of the textbooks."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

from dataclasses import dataclass

import torch
from nado_lab.network.baselines.gru import gru_width
from nado_lab.network.control.classical import classical
from nado_lab.network.control.controller import Controller
from nado_lab.network.control.descent import Descent, optimiser_of
from nado_lab.network.control.episodes import Begin, EpisodeScore, play, score
from nado_lab.network.control.settings import ControlSettings
from nado_lab.network.environments.environment import Environment
from nado_lab.observer import Observer, PartOf
from torch import Tensor, nn


@dataclass(frozen=True)
class ControlRow:
    """A row of the table of controllers: what it scored, and its trained parameters (None: nothing was)."""

    name: str
    score: EpisodeScore
    parameters: int | None = None


class GruController(nn.Module):
    """A gated recurrent unit (Cho et al. 2014) that sees the plant directly, and a readout of its state."""

    def __init__(self, environment: Environment, width: int) -> None:
        super().__init__()
        self.cell = nn.GRUCell(len(environment.observation_names), width)
        self.readout = nn.Linear(width, len(environment.action_names))

    def begin(self, *, noise: bool = True, generator: torch.Generator | None = None) -> _GruSteps:  # noqa: ARG002
        """Begin episodes from a state of zeros."""
        return _GruSteps(self)


class _GruSteps:
    def __init__(self, model: GruController) -> None:
        self._model = model
        self._state: Tensor | None = None

    def step(self, inputs: Tensor) -> Tensor:
        """Answer observations with actions."""
        self._state = self._model.cell(inputs, self._state)
        return torch.tanh(self._model.readout(self._state))

    def detach(self) -> None:
        """Cut the gradient to everything before."""
        self._state = None if self._state is None else self._state.detach()


class Memoryless(nn.Module):
    """The readout without devices: the tanh of a linear map of what is seen in the same step."""

    def __init__(self, environment: Environment) -> None:
        super().__init__()
        self.readout = nn.Linear(len(environment.observation_names), len(environment.action_names))

    def begin(self, *, noise: bool = True, generator: torch.Generator | None = None) -> Memoryless:  # noqa: ARG002
        """Begin episodes; there is no state."""
        return self

    def step(self, inputs: Tensor) -> Tensor:
        """Answer observations with actions."""
        return torch.tanh(self.readout(inputs))

    def detach(self) -> None:
        """Have nothing to cut."""


def control_baselines(
    environment: Environment,
    parameters: int,
    settings: ControlSettings,
    begin: Begin,
    observer: Observer | None = None,
) -> list[ControlRow]:
    """Train a GRU of about so many parameters and the memoryless readout with these settings; score all."""
    observer = observer or Observer()
    width = gru_width(len(environment.observation_names), len(environment.action_names), parameters)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        models = {
            "GRU": GruController(environment, width),
            "readout without devices": Memoryless(environment),
        }
    rows: list[ControlRow] = []
    for number, (name, model) in enumerate(models.items()):
        _train(model, environment, settings, PartOf(observer, number / 2, (number + 1) / 2, "baselines"))
        trained = sum(each.numel() for each in model.parameters())
        rows.append(_row(name, environment, model, begin, settings.seed, trained))
    known = classical(environment)
    return [*rows, _row(known.name, environment, known, begin, settings.seed)] if known else rows


def _train(
    model: GruController | Memoryless, environment: Environment, settings: ControlSettings, observer: Observer
) -> None:
    generator = torch.Generator().manual_seed(settings.seed + 1)
    Descent(environment, model, settings, generator).run(optimiser_of(model.parameters(), settings), observer)


def _row(
    name: str,
    environment: Environment,
    controller: Controller,
    begin: Begin,
    seed: int,
    parameters: int | None = None,
) -> ControlRow:
    return ControlRow(name, score(environment, play(environment, controller, begin, seed=seed)), parameters)
