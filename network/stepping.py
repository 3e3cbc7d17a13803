"""A trial on a twin taken stretch by stretch: the state goes on where the last stretch ended."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

import torch
from nado_lab.network.device import Twins, shared_out
from nado_lab.network.errors import NetworkError
from nado_lab.twin import Twin
from nado_lab.twin.solvers import solver
from torch import Tensor


class SteppedTrial(Protocol):
    """A trial under way."""

    def respond(self, drive: Tensor) -> Tensor:
        """Answer the next steps, drive (..., step, port), with readout (..., step, channel)."""
        ...

    def detach(self) -> None:
        """Cut the gradient to everything before."""
        ...


@runtime_checkable
class StepwiseTwin(Protocol):
    """A twin other than ours that can be asked stretch by stretch."""

    def begin(self, *, noise: bool = True, generator: torch.Generator | None = None) -> SteppedTrial:
        """Begin a trial from the defined initial state."""
        ...


def begin_trial(
    twins: Twins, *, noise: bool = True, generator: torch.Generator | None = None
) -> SteppedTrial:
    """Begin a trial on the twins of a layer, in their defined initial state."""
    if isinstance(twins, Sequence):
        return SharedTrial([begin_trial(twin, noise=noise, generator=generator) for twin in twins])
    if isinstance(twins, Twin):
        return TwinTrial(twins, noise, generator)
    if isinstance(twins, StepwiseTwin):
        return twins.begin(noise=noise, generator=generator)
    raise NetworkError("this device cannot be run stretch by stretch (recurrence, truncation); use its twin")


class SharedTrial:
    """A trial on several twins that take the nodes (trial, node, step, port) in turn."""

    def __init__(self, trials: list[SteppedTrial]) -> None:
        self.trials = trials

    def detach(self) -> None:
        """Cut the gradient to everything before."""
        for trial in self.trials:
            trial.detach()

    def respond(self, drive: Tensor) -> Tensor:
        """Answer the next steps, drive (trial, node, step, port)."""
        return shared_out(drive, [trial.respond for trial in self.trials])


class TwinTrial:
    """A trial on a neural SDE: scores with their delays, hidden and noise states, and the past drive."""

    def __init__(self, twin: Twin, noise: bool, generator: torch.Generator | None) -> None:
        self.twin, self.noise, self.generator = twin, noise, generator
        self._state = self._drive = torch.empty(0)
        self._past: list[Tensor] = []

    def detach(self) -> None:
        """Cut the gradient to everything before."""
        self._state, self._drive = self._state.detach(), self._drive.detach()
        self._past = [scores.detach() for scores in self._past]

    def respond(self, drive: Tensor) -> Tensor:
        """Answer the next steps, drive (..., step, port), with readout (..., step, channel)."""
        rows = drive.reshape(-1, *drive.shape[-2:])
        if not self._past:
            self._begin(len(rows))
        parts = self.twin.drive_parts(self._drive, rows)
        self._drive = torch.cat([self._drive, rows], 1)[:, rows.shape[1] :]
        scores = torch.stack([self._step(p) for p in parts.unbind(1)], 1)
        normal = self.twin.read(scores, self.noise, self.generator)
        return self.twin.basis.restore(normal).reshape(*drive.shape[:-1], self.twin.spec.channels)

    def _begin(self, rows: int) -> None:
        spec = self.twin.spec
        start = self.twin.default_start(rows)
        self._past, self._drive = list(start.components.unbind(1)), start.drive
        rest = start.components.new_zeros(rows, spec.state - spec.components)
        self._state = torch.cat([self._past[-1], rest], -1)

    def _step(self, part: Tensor) -> Tensor:
        """Move one step on; drive and delayed scores are constant within it."""
        spec, sde = self.twin.spec, self.twin.sde
        take, dt = solver(spec.solver), 1.0 / spec.substeps
        delays = torch.cat(self._past[-1 - spec.delays : -1], -1) if spec.delays else self._state
        sde.hold(sde.field.prepare(part, delays))
        for _ in range(spec.substeps):
            self._state = take(sde, self._state, dt, self._wiener(dt))
        self._past = [*self._past[1:], self._state[..., : spec.components]]
        return self._past[-1]

    def _wiener(self, dt: float) -> Tensor | None:
        if not self.noise:
            return None
        shape = (len(self._state), self.twin.spec.wiener)
        return torch.randn(shape, generator=self.generator) * (dt**0.5 * self.twin.calibration.spread)
