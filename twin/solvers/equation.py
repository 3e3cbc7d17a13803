"""What a solver is given, and what it is."""

from collections.abc import Callable
from typing import Protocol

from torch import Tensor


class SDE(Protocol):
    """What a solver asks of an equation, in torchsde's words."""

    def f(self, t: float, z: Tensor) -> Tensor:
        """Return the drift (row, state)."""
        ...

    def f_and_g_prod(self, t: float, z: Tensor, v: Tensor) -> tuple[Tensor, Tensor]:
        """Return drift and diffusion applied to v."""
        ...


Step = Callable[[SDE, Tensor, float, Tensor | None], Tensor]
