"""Tracking: a noisy plant (a driven mass with friction) that has to follow a moving reference."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, ClassVar

import torch
from nado_lab.network.environments.environment import Environment, uniform
from pydantic import Field
from torch import Tensor

PERIODS_S = (6.0, 3.7)
AMPLITUDES = (0.6, 0.3)
FOLLOWED = 0.25
SETTLED = 0.25


@dataclass(frozen=True)
class Tracking(Environment):
    """Keep a position on a reference that is the sum of two sines of random phase, known only up to now.

    The mass is pushed by the action and by a noise of `disturbance` (m/s^2, each step); what is seen is the
    reference and the error between it and the position, the latter with a noise of `blur` (m). A step costs
    the squared error and 0.01 of the action's square.
    """

    state_names: ClassVar[tuple[str, ...]] = (
        *("position (m)", "velocity (m/s)", "phase of 6 s (rad)", "phase of 3.7 s (rad)"),
    )
    action_names: ClassVar[tuple[str, ...]] = ("push",)
    plant: ClassVar[dict[str, float]] = {"push": 4.0, "friction": 1.0}
    step_s: ClassVar[float] = 0.05
    success_words: ClassVar[str] = "a root mean square error below 0.25 m after the first quarter"
    horizon: ClassVar[int] = 100
    gradient_steps: ClassVar[int] = 40
    noise_size: ClassVar[int] = 2

    disturbance: Annotated[float, Field(ge=0, le=10)] = 0.5
    blur: Annotated[float, Field(ge=0, le=1)] = 0.02

    @property
    def observation_names(self) -> tuple[str, ...]:
        """Name what a controller sees."""
        return ("reference (m)", "error (m)")

    def start(self, episodes: int, generator: torch.Generator, spread: float = 1.0) -> Tensor:
        """Draw phases evenly, and a position and a velocity at most `spread` * 0.5 off the reference."""
        phases = uniform(episodes, torch.full((2,), math.pi), generator)
        off = uniform(episodes, torch.full((2,), 0.5 * spread), generator)
        empty = torch.zeros(episodes, 2)
        position = self.reference(torch.cat([empty, phases], -1)) + off[:, 0]
        return torch.stack([position, off[:, 1], *phases.unbind(-1)], -1)

    def reference(self, state: Tensor) -> Tensor:
        """Return where the position should be (episode,)."""
        return (torch.sin(state[..., 2:]) * state.new_tensor(AMPLITUDES)).sum(-1)

    def observe(self, state: Tensor, noise: Tensor) -> Tensor:
        """Return the reference and the error as it is measured."""
        wanted = self.reference(state)
        return torch.stack([wanted, wanted - state[..., 0] + self.blur * noise[..., 0]], -1)

    def advance(self, state: Tensor, action: Tensor, plant: Tensor, noise: Tensor) -> Tensor:
        """Take one step (semi-implicit Euler); the phases go on."""
        position, velocity, *_ = state.unbind(-1)
        push, friction = plant.unbind(-1)
        pushed = push * action[..., 0].clamp(-1, 1) - friction * velocity + self.disturbance * noise[..., 1]
        velocity = velocity + self.step_s * pushed
        turned = state[..., 2:] + state.new_tensor([2 * math.pi * self.step_s / p for p in PERIODS_S])
        moved = torch.stack([position + self.step_s * velocity, velocity], -1)
        return torch.cat([moved, turned], -1)

    def cost(self, state: Tensor, action: Tensor) -> Tensor:
        """Return the squared error, and a little of the push's square."""
        return (self.reference(state) - state[..., 0]) ** 2 + 0.01 * action[..., 0] ** 2

    def succeeded(self, states: Tensor) -> Tensor:
        """Tell which episodes followed closely after the first quarter."""
        late = states[:, int(SETTLED * self.steps) :]
        return (self.reference(late) - late[..., 0]).square().mean(1).sqrt() < FOLLOWED
