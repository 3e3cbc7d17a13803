"""Controllers from textbooks: linear-quadratic regulators and a PID, designed on the nominal plant.

They see what a network sees. Velocities that are not seen are differences of what is, a step apart.
"""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import torch
from nado_lab.network.environments.cart_pole import SEEN, CartPole
from nado_lab.network.environments.environment import Environment
from nado_lab.network.environments.pendulum import ENERGY, MAX_SPEED, Pendulum
from nado_lab.network.environments.tracking import Tracking
from scipy.linalg import solve_discrete_are
from torch import Tensor

CATCH_RAD, CATCH_SPEED = 0.4, 2.0
PUMP = 2.0
PID = (3.0, 2.0, 0.6)
"""Gains on the error (1/m), its integral (1/(m s)) and its rate (s/m) of the tracking plant."""

Law = Callable[[Tensor, Tensor], Tensor]
"""From what is seen now and a step before (episode, observation) to actions (episode,)."""


@dataclass(frozen=True)
class Classical:
    """A controller of the textbooks by its name; `law` is made anew for every batch of episodes."""

    name: str
    law: Callable[[], Law]

    def begin(self, *, noise: bool = True, generator: torch.Generator | None = None) -> _Steps:  # noqa: ARG002
        """Begin episodes; there is no device, so there is no noise."""
        return _Steps(self.law())


class _Steps:
    def __init__(self, law: Law) -> None:
        self._law = law
        self._before: Tensor | None = None

    def step(self, inputs: Tensor) -> Tensor:
        """Answer observations with actions (episode, 1)."""
        before = inputs if self._before is None else self._before
        self._before = inputs
        return self._law(inputs, before).clamp(-1, 1).unsqueeze(-1)

    def detach(self) -> None:
        """Have nothing to cut."""


def classical(environment: Environment) -> Classical | None:
    """Return the textbooks' controller of an environment, None where there is none here."""
    match environment:
        case Pendulum():
            return Classical("energy pumping and LQR", lambda: _pendulum(environment))
        case CartPole():
            return Classical("LQR", lambda: _cart_pole(environment))
        case Tracking():
            return Classical("PID", lambda: _Pid(environment.step_s))
        case _:
            return None


def regulator(environment: Environment, state_cost: list[float], action_cost: float) -> Tensor:
    """Return the gains (state,) of the discrete LQR at rest: action = -gains state.

    Source: the discrete algebraic Riccati equation, by scipy.linalg.solve_discrete_are.
    """
    rest, still = torch.zeros(1, len(state_cost)), torch.zeros(1, 1)
    plant, quiet = torch.tensor([list(environment.plant.values())]), torch.zeros(1, environment.noise_size)

    def moved(state: Tensor, action: Tensor) -> Tensor:
        return environment.advance(state, action, plant, quiet)[0]

    a, b = torch.autograd.functional.jacobian(moved, (rest, still))
    a, b = a[:, 0].double().numpy(), b[:, 0].double().numpy()
    cost, price = np.diag(state_cost), np.array([[action_cost]])
    p = solve_discrete_are(a, b, cost, price)
    return torch.as_tensor(np.linalg.solve(price + b.T @ p @ b, b.T @ p @ a)[0], dtype=torch.float32)


def _pendulum(environment: Pendulum) -> Law:
    """Pump energy until it is high and slow (Astrom & Furuta, Automatica 36, 287, 2000), then regulate."""
    gains = regulator(environment, [1.0, 0.1], 0.1)

    def law(now: Tensor, before: Tensor) -> Tensor:
        angle = torch.atan2(now[:, 1], now[:, 0])
        if environment.velocities:
            speed = now[:, 2] * MAX_SPEED
        else:
            turned = angle - torch.atan2(before[:, 1], before[:, 0])
            speed = torch.atan2(torch.sin(turned), torch.cos(turned)) / environment.step_s
        missing = 1 - (torch.cos(angle) + speed**2 / ENERGY)
        pump = PUMP * missing * torch.where(speed >= 0, 1.0, -1.0)
        held = -(torch.stack([angle, speed], -1) @ gains)
        near = (angle.abs() < CATCH_RAD) & (speed.abs() < CATCH_SPEED)
        return torch.where(near, held, pump)

    return law


def _cart_pole(environment: CartPole) -> Law:
    gains = regulator(environment, [0.2, 0.02, 20.0, 0.2], 0.01)

    def law(now: Tensor, before: Tensor) -> Tensor:
        if environment.velocities:
            return -(now * now.new_tensor(SEEN)) @ gains
        held, was = now * now.new_tensor(SEEN[::2]), before * now.new_tensor(SEEN[::2])
        rate = (held - was) / environment.step_s
        return -(torch.stack([held[:, 0], rate[:, 0], held[:, 1], rate[:, 1]], -1) @ gains)

    return law


class _Pid:
    def __init__(self, step_s: float) -> None:
        self._step_s = step_s
        self._sum: Tensor | float = 0.0

    def __call__(self, now: Tensor, before: Tensor) -> Tensor:
        proportional, integral, derivative = PID
        error = now[:, 1]
        self._sum = self._sum + error * self._step_s
        rate = (error - before[:, 1]) / self._step_s
        return proportional * error + integral * self._sum + derivative * rate
