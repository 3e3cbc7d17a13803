"""`nado demo`: measure, fit, train, deploy and compare, once, on a small scale.

The demo is a user of the application like any other: it opens a setup by name, runs protocols into zarr
runs, fits a twin to those runs, trains networks through the twin and sends them back to the setup.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    pass

VARIANTS = ("noise_aware", "deterministic", "reservoir")
Report = Callable[[str, float, str], None]  # (stage, fraction done, what it does now)


@dataclass(frozen=True)
class DemoSettings:
    """How large each stage is. The defaults take about three minutes on two cores."""

    seed: int = 0
    setup: str = "sim:nanoring"
    sequences: int = 400
    held_out_sequences: int = 8
    repeats: int = 60
    nodes: int = 16
    train_digits: int = 4000
    test_digits: int = 400
    epochs: int = 12
    likelihood_steps: int = 1500
    scoring_steps: int = 300
    twin_draws: int = 10


@dataclass
class _Clock:
    """Wall-clock seconds of every stage."""

    started: float = field(default_factory=time.perf_counter)
    seconds: dict[str, float] = field(default_factory=dict)

    def mark(self, stage: str) -> None:
        self.seconds[stage] = time.perf_counter() - self.started - sum(self.seconds.values())

    def report(self) -> dict[str, float]:
        return {**self.seconds, "total": time.perf_counter() - self.started}
