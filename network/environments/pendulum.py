"""Pendulum swing-up, with the dynamics of gymnasium's Pendulum-v1.

Source: gymnasium 1.4, envs/classic_control/pendulum.py (https://gymnasium.farama.org/environments/
classic_control/pendulum); the test beside this file holds both against each other step for step.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import torch
from nado_lab.network.environments.environment import Environment, Steps, uniform
from torch import Tensor

MAX_TORQUE = 2.0
MAX_SPEED = 8.0
START_ANGLE, START_SPEED = math.pi, 1.0
EASY_ANGLE = 0.3
UPRIGHT = 0.35
JUDGED = 0.25
ENERGY = 30.0
"""The square of the speed (rad/s) that doubles the energy of standing upright: 3 gravity / length."""


@dataclass(frozen=True)
class Pendulum(Environment):
    """A pendulum (angle 0 is upright) that a motor too weak to lift it has to swing up and hold.

    A controller sees cosine and sine of the angle and, with `velocities`, the speed over 8 rad/s. The cost
    of a step is gymnasium's: angle^2 + 0.1 speed^2 + 0.001 torque^2.
    """

    state_names: ClassVar[tuple[str, ...]] = ("angle (rad)", "speed (rad/s)")
    action_names: ClassVar[tuple[str, ...]] = ("torque (2 N m)",)
    plant: ClassVar[dict[str, float]] = {"gravity": 10.0, "mass": 1.0, "length": 1.0}
    step_s: ClassVar[float] = 0.05
    success_words: ClassVar[str] = "within 20 degrees of upright through the last quarter"
    horizon: ClassVar[int] = 45
    gradient_steps: ClassVar[int] = 15

    velocities: bool = True

    @property
    def observation_names(self) -> tuple[str, ...]:
        """Name what a controller sees."""
        return ("cosine", "sine", *(("speed (8 rad/s)",) if self.velocities else ()))

    def start(self, episodes: int, generator: torch.Generator, spread: float = 1.0) -> Tensor:
        """Draw an angle and a speed as gymnasium does; with less spread nearer to upright."""
        angle = EASY_ANGLE + (START_ANGLE - EASY_ANGLE) * spread
        return uniform(episodes, torch.tensor([angle, START_SPEED]), generator)

    def anywhere(self, episodes: int, generator: torch.Generator) -> Tensor:
        """Draw any angle and any speed."""
        return uniform(episodes, torch.tensor([math.pi, MAX_SPEED]), generator)

    def observe(self, state: Tensor, noise: Tensor) -> Tensor:  # noqa: ARG002  (nothing is noisy here)
        """Return cosine and sine of the angle, and the speed."""
        angle, speed = state.unbind(-1)
        seen = [torch.cos(angle), torch.sin(angle), speed / MAX_SPEED]
        return torch.stack(seen[: len(self.observation_names)], -1)

    def advance(self, state: Tensor, action: Tensor, plant: Tensor, noise: Tensor) -> Tensor:  # noqa: ARG002
        """Take one step (semi-implicit Euler)."""
        angle, speed = state.unbind(-1)
        gravity, mass, length = plant.unbind(-1)
        torque = MAX_TORQUE * action[..., 0].clamp(-1, 1)
        push = 3 * gravity / (2 * length) * torch.sin(angle) + 3.0 / (mass * length**2) * torque
        speed = (speed + push * self.step_s).clamp(-MAX_SPEED, MAX_SPEED)
        return torch.stack([angle + speed * self.step_s, speed], -1)

    def cost(self, state: Tensor, action: Tensor) -> Tensor:
        """Return gymnasium's cost."""
        angle, speed = state.unbind(-1)
        torque = MAX_TORQUE * action[..., 0].clamp(-1, 1)
        return wrapped(angle) ** 2 + 0.1 * speed**2 + 0.001 * torque**2

    def loss(self, state: Tensor, action: Tensor) -> Tensor:
        """Return how far it is from standing: in height, in energy, in speed while it is high.

        The cost itself tells nothing of the swings that take it up; the energy does (Astrom & Furuta,
        Automatica 36, 287, 2000).
        """
        angle, speed = state.unbind(-1)
        high = torch.cos(angle)
        energy = high + speed**2 / ENERGY
        return 1 - high + 0.5 * (energy - 1) ** 2 + 0.01 * (1 + high) * speed**2 + 0.002 * action[..., 0] ** 2

    def succeeded(self, states: Tensor) -> Tensor:
        """Tell which pendulums stood through the last quarter."""
        last = states[:, -max(1, int(JUDGED * self.steps)) :, 0]
        return (wrapped(last).abs() < UPRIGHT).all(1)


def wrapped(angle: Tensor) -> Tensor:
    """Return the angle in [-pi, pi)."""
    return torch.remainder(angle + math.pi, 2 * math.pi) - math.pi


def without_velocities(steps: Steps = 200) -> Pendulum:
    """Make the pendulum whose speed is not seen: the controller's own memory has to supply it."""
    return Pendulum(steps=steps, velocities=False)
