"""What an environment is: a plant that answers actions, batched and differentiable, with a cost.

All functions are pure: states go in and out, so that a gradient can be cut between steps, and episodes of
any number run side by side. Shapes: state (episode, state), action (episode, action) in [-1, 1], observation
(episode, observation) of about unit size, plant (episode, parameter), noise (episode, number).
"""

# pyright: reportUnknownMemberType=false

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Annotated, ClassVar

import torch
from pydantic import Field
from torch import Tensor

Steps = Annotated[int, Field(ge=8, le=100_000)]


@dataclass(frozen=True)
class Environment(ABC):
    """A plant to be controlled; subclasses are frozen dataclasses whose fields are its options.

    `state_names`, `observation_names` and `action_names` name what the tensors hold (with units), `plant`
    the nominal parameters of the plant, `step_s` is the time of a step in seconds. `noise_size` is how many
    standard normal numbers a step takes. `success_words` say when an episode counts as a success,
    `steps` is how long an episode is. Training plays `horizon` steps of it, and carries gradients back over
    `gradient_steps`: longer ones explode where the plant is unstable.
    """

    state_names: ClassVar[tuple[str, ...]]
    action_names: ClassVar[tuple[str, ...]]
    plant: ClassVar[dict[str, float]]
    step_s: ClassVar[float]
    success_words: ClassVar[str]
    noise_size: ClassVar[int] = 0
    horizon: ClassVar[int]
    gradient_steps: ClassVar[int]

    steps: Steps = 200

    @property
    @abstractmethod
    def observation_names(self) -> tuple[str, ...]:
        """Name what a controller sees."""

    @abstractmethod
    def start(self, episodes: int, generator: torch.Generator, spread: float = 1.0) -> Tensor:
        """Draw states that episodes start in; `spread` from 0 (easy) to 1 (as it is evaluated)."""

    def anywhere(self, episodes: int, generator: torch.Generator) -> Tensor:
        """Draw states from all that may come up in an episode, to train in; as it starts, unless told."""
        return self.start(episodes, generator)

    @abstractmethod
    def observe(self, state: Tensor, noise: Tensor) -> Tensor:
        """Say what a controller sees of a state, scaled to about unit size."""

    @abstractmethod
    def advance(self, state: Tensor, action: Tensor, plant: Tensor, noise: Tensor) -> Tensor:
        """Return the state one step later; actions beyond [-1, 1] are as if at their limits."""

    @abstractmethod
    def cost(self, state: Tensor, action: Tensor) -> Tensor:
        """Return what a step costs (episode,), by the state it starts in and its action."""

    @abstractmethod
    def succeeded(self, states: Tensor) -> Tensor:
        """Tell which episodes (episode,) were a success, from states (episode, step + 1, state)."""

    def loss(self, state: Tensor, action: Tensor) -> Tensor:
        """Return what training minimises (episode,); the cost, unless a smoother form trains better."""
        return self.cost(state, action)

    def is_over(self, state: Tensor) -> Tensor:
        """Tell which episodes (episode,) have ended for good; their state does not change any more."""
        return torch.zeros(state.shape[:-1], dtype=torch.bool, device=state.device)

    def plants(self, episodes: int, generator: torch.Generator, variation: float = 0.0) -> Tensor:
        """Draw plants: each parameter off its nominal value by up to `variation` (0.1: 10 %)."""
        nominal = torch.tensor(list(self.plant.values()))
        drawn = torch.rand(episodes, len(nominal), generator=generator) * 2 - 1
        return nominal * (1 + variation * drawn)

    def draw_noise(self, episodes: int, generator: torch.Generator) -> Tensor:
        """Draw the noise of one step."""
        return torch.randn(episodes, self.noise_size, generator=generator)


def uniform(episodes: int, limits: Tensor, generator: torch.Generator) -> Tensor:
    """Draw (episode, value) evenly from -limits to limits (value,)."""
    return (torch.rand(episodes, len(limits), generator=generator) * 2 - 1) * limits
