"""A trial on a twin taken stretch by stretch: the state goes on where the last stretch ended."""

from typing import Any, Protocol

import torch
from torch import Tensor

from network.device import Twins, first_twin
from network.errors import NetworkError


class Passage(Protocol):
    """A trial under way."""

    def respond(self, drive: Tensor) -> Tensor:
        """Answer the next steps, drive (..., step, port), with readout (..., step, channel)."""
        ...

    def detach(self) -> None:
        """Cut the gradient to everything before."""
        ...


def open_passage(twins: Twins, noise: bool, generator: torch.Generator | None) -> Passage:
    """Begin a trial on the twin of a layer, in its defined initial state."""
    twin: Any = first_twin(twins)
    if not hasattr(twin, "open"):
        raise NetworkError("this twin cannot be run stretch by stretch (recurrence, truncation)")
    return twin.open(noise=noise, generator=generator)
