"""One path of the equation, step by step: the one place where steps, delays and solver meet."""

from __future__ import annotations

from collections.abc import Iterable

import torch
from nado_lab.twin.model.neural_sde import NeuralSDE
from nado_lab.twin.model.start import Start
from nado_lab.twin.solvers import solver
from torch import Tensor
from torch.nn.functional import pad


class SdePath:
    """Keep where paths (row, ·) stand: the state (x, h, a, z), and the components that delays still need."""

    def __init__(self, sde: NeuralSDE, start: Start) -> None:
        self._sde, self._past = sde, list(start.components.unbind(1))
        known = self._past[-1] if start.hidden is None else torch.cat([self._past[-1], start.hidden], -1)
        self.state = pad(known, (0, sde.spec.state - known.shape[-1]))
        self._first: Tensor | None = None
        if start.effects is not None:
            self.state = torch.cat([self.state[..., : -sde.spec.trial_effects], start.effects], -1)
            self._first = start.effects @ sde.field.first_effect.T if start.defined else None

    def delays(self) -> Tensor:
        """Return the delayed components (row, delays x component); without delays something unused."""
        count = self._sde.spec.delays
        return torch.cat(self._past[-1 - count : -1], -1) if count else self.state

    def step(self, drive_part: Tensor, noises: Iterable[Tensor | None]) -> Tensor:
        """Move one step on, a substep for each of `noises` (row, Wiener); return the components.

        Drive and delays are constant within the step.
        """
        spec, state = self._sde.spec, self.state
        take, dt = solver(spec.solver), 1.0 / spec.substeps
        self._sde.hold(self._sde.field.prepare(drive_part, self.delays()))
        for noise in noises:
            state = take(self._sde, state, dt, noise)
        self._sde.hold(None)
        return self.reach(state)

    def reach(self, state: Tensor) -> Tensor:
        """Take `state` for that after one step; return its components.

        The first step from the defined state also makes up for that state being the same in every trial.
        """
        if self._first is not None:
            state, self._first = state + pad(self._first, (0, state.shape[-1] - self._first.shape[-1])), None
        self.state = state
        self._past = [*self._past[1:], state[..., : self._sde.spec.components]]
        return self._past[-1]

    def detach(self) -> None:
        """Cut the gradient to everything before."""
        self.state, self._past = self.state.detach(), [each.detach() for each in self._past]
