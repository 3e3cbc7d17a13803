"""Cart-pole, with the dynamics of gymnasium's CartPole-v1.

Source: gymnasium 1.4, envs/classic_control/cartpole.py (https://gymnasium.farama.org/environments/
classic_control/cart_pole), after Barto, Sutton & Anderson, IEEE Trans. SMC 13, 834 (1983). There the force is
-10 or +10 N; here the action is any force between, and at -1 and +1 the step is the same.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Annotated, ClassVar

import torch
from nado_lab.network.environments.environment import Environment, Steps, uniform
from pydantic import Field
from torch import Tensor

FORCE = 10.0
MAX_POSITION, MAX_ANGLE = 2.4, 12 * 2 * math.pi / 360
SEEN = (2.4, 2.0, MAX_ANGLE, 2.0)
"""What counts as 1 of position (m), velocity (m/s), angle (rad) and angular velocity (rad/s)."""
EASY = 0.2


@dataclass(frozen=True)
class CartPole(Environment):
    """A pole on a cart that falls unless the cart is pushed; over where it leans 12 degrees or leaves 2.4 m.

    A controller sees position, velocity, angle and angular velocity; without `velocities` only position and
    angle. A step costs the squares of position and angle, each over its limit. `tilt` limits the start (m,
    m/s, rad, rad/s), gymnasium's 0.05 by default.
    """

    state_names: ClassVar[tuple[str, ...]] = (
        *("position (m)", "velocity (m/s)", "angle (rad)", "angular velocity (rad/s)"),
    )
    action_names: ClassVar[tuple[str, ...]] = ("force (10 N)",)
    plant: ClassVar[dict[str, float]] = {"gravity": 9.8, "cart": 1.0, "pole": 0.1, "half_length": 0.5}
    step_s: ClassVar[float] = 0.02
    success_words: ClassVar[str] = "the pole within 12 degrees and the cart within 2.4 m to the end"
    horizon: ClassVar[int] = 100
    gradient_steps: ClassVar[int] = 25

    steps: Steps = 500
    velocities: bool = True
    tilt: Annotated[float, Field(gt=0, le=0.2)] = 0.05

    @property
    def observation_names(self) -> tuple[str, ...]:
        """Name what a controller sees."""
        every = ("position (2.4 m)", "velocity (2 m/s)", "angle (12 degrees)", "angular velocity (2 rad/s)")
        return every if self.velocities else every[::2]

    def start(self, episodes: int, generator: torch.Generator, spread: float = 1.0) -> Tensor:
        """Draw all four evenly; with less spread nearer to upright and at rest."""
        return uniform(episodes, torch.full((4,), self.tilt * (EASY + (1 - EASY) * spread)), generator)

    def anywhere(self, episodes: int, generator: torch.Generator) -> Tensor:
        """Draw positions, velocities, angles and angular velocities well within the limits."""
        return uniform(episodes, torch.tensor([1.5, 1.0, 0.7 * MAX_ANGLE, 0.5]), generator)

    def observe(self, state: Tensor, noise: Tensor) -> Tensor:  # noqa: ARG002  (nothing is noisy here)
        """Return what is seen, in the units of SEEN."""
        seen = state / state.new_tensor(SEEN)
        return seen if self.velocities else seen[..., ::2]

    def advance(self, state: Tensor, action: Tensor, plant: Tensor, noise: Tensor) -> Tensor:  # noqa: ARG002
        """Take one step (explicit Euler)."""
        _, velocity, angle, spin = state.unbind(-1)
        gravity, cart, pole, length = plant.unbind(-1)
        total, cosine, sine = cart + pole, torch.cos(angle), torch.sin(angle)
        push = (FORCE * action[..., 0].clamp(-1, 1) + pole * length * spin**2 * sine) / total
        turn = (gravity * sine - cosine * push) / (length * (4.0 / 3.0 - pole * cosine**2 / total))
        rate = [velocity, push - pole * length * turn * cosine / total, spin, turn]
        return state + self.step_s * torch.stack(rate, -1)

    def cost(self, state: Tensor, action: Tensor) -> Tensor:
        """Return the squares of angle and position, each over its limit, and a little of the force's."""
        position, _, angle, _ = state.unbind(-1)
        return (angle / MAX_ANGLE) ** 2 + (position / MAX_POSITION) ** 2 + 0.001 * action[..., 0] ** 2

    def is_over(self, state: Tensor) -> Tensor:
        """Tell which poles have fallen and which carts have left."""
        return (state[..., 0].abs() > MAX_POSITION) | (state[..., 2].abs() > MAX_ANGLE)

    def succeeded(self, states: Tensor) -> Tensor:
        """Tell which episodes lasted to the end."""
        return ~self.is_over(states[:, -1])


def without_velocities(steps: Steps = 500, tilt: Annotated[float, Field(gt=0, le=0.2)] = 0.05) -> CartPole:
    """Make the cart-pole whose velocities are not seen: the controller's own memory has to supply them."""
    return CartPole(steps=steps, velocities=False, tilt=tilt)
