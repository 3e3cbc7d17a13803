"""A trial on a twin taken stretch by stretch: the state goes on where the last stretch ended."""

from collections.abc import Sequence
from typing import Protocol, TypeAlias, runtime_checkable

import torch
from nado_lab.network.device import Twins, shared_out
from nado_lab.network.errors import NetworkError
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
    """A device that can be asked stretch by stretch: every twin, or a user's own."""

    def begin(self, *, noise: bool = True, generator: torch.Generator | None = None) -> SteppedTrial:
        """Begin a trial from the defined initial state."""
        ...


Steppable: TypeAlias = Twins | StepwiseTwin | Sequence[StepwiseTwin]
"""What a layer is stepped through: a device that answers all its nodes, or several that take them in turn."""


def begin_trial(
    twins: Steppable, *, noise: bool = True, generator: torch.Generator | None = None
) -> SteppedTrial:
    """Begin a trial on the devices of a layer, in their defined initial state."""
    if isinstance(twins, Sequence):
        return SharedTrial([begin_trial(twin, noise=noise, generator=generator) for twin in twins])
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
