"""What can be chosen in a fit; every default serves a first fit of a measured device."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from twin.errors import TwinError

METHODS = ("score",)


@dataclass(frozen=True)
class FitSettings:
    """Say how to fit: numbers of steps (or seconds, `budget_s`) for the two phases, batch, seed.

    With `budget_s` the phases share that wall time (a quarter, three quarters) and results depend on the
    machine's speed; without it the same seed and step counts give the same twin again.
    """

    method: str = "score"
    mean_steps: int = 700
    likelihood_steps: int = 0
    score_steps: int = 600
    budget_s: float | None = None
    batch: int = 64
    members: int = 6
    learning_rate: float = 1e-2
    weight_decay: float = 0.1
    held_out_share: float = 0.06
    check_every: int = 20
    seed: int = 0
    model: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.method not in METHODS:
            raise TwinError(f"method must be one of {', '.join(METHODS)}; got {self.method!r}")
        if self.members < 2 or self.batch < 1 or self.check_every < 1:
            raise TwinError("members must be at least 2, batch and check_every at least 1")
        if min(self.likelihood_steps, self.score_steps) < 0:
            raise TwinError("numbers of steps cannot be negative")
        if self.budget_s is not None and self.budget_s <= 0:
            raise TwinError(f"budget_s must be positive; got {self.budget_s}")
        if not 0 < self.held_out_share < 1 or self.learning_rate <= 0:
            raise TwinError("held_out_share must lie between 0 and 1, learning_rate above 0")
