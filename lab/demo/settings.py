"""How large the demo is."""

from __future__ import annotations

from dataclasses import dataclass, replace

from nado_lab.lab.reports.demo_report import DEFAULT_SETUP
from nado_lab.lab.setup import SetupSource


@dataclass(frozen=True)
class DemoSettings:
    """How large each stage is. The defaults take about three minutes on two cores."""

    setup: str = DEFAULT_SETUP
    seed: int = 0
    sequences: int = 4000
    held_out_sequences: int = 8
    repeats: int = 60
    steps: int = 28
    mean_steps: int = 800
    score_steps: int = 900
    hidden: int = 32
    nodes: int = 16
    train_digits: int = 4000
    test_digits: int = 300
    epochs: int = 5
    quick: bool = False

    def shared(self, devices: int) -> DemoSettings:
        """Return smaller stages for a twin of each of several devices."""
        if devices < 2:
            return self
        mean, score = (max(10, n // 3) for n in (self.mean_steps, self.score_steps))
        return replace(self, sequences=max(10, self.sequences // 2), mean_steps=mean, score_steps=score)

    @property
    def source(self) -> SetupSource:
        """Say how to open the setup."""
        return SetupSource(self.setup, self.seed)


QUICK = DemoSettings(
    sequences=40,
    held_out_sequences=2,
    repeats=8,
    steps=10,
    mean_steps=100,
    score_steps=30,
    nodes=3,
    train_digits=200,
    test_digits=20,
    epochs=3,
    quick=True,
)
"""A small version, to see that it works."""
