"""A long random sequence for the task-agnostic metrics of a reservoir (see metrics.py)."""

import numpy as np
from nado_lab.protocols.drive_window import DriveWindow
from nado_lab.protocols.playback import TrialPlan
from nado_lab.protocols.pymeasure_types import integer


class Memory(DriveWindow):
    """Play a few long sequences of independent amplitudes that differ throughout."""

    sequences: int = integer("Sequences", default=4, minimum=1, maximum=100_000)
    steps: int = integer("Steps a sequence", default=300, minimum=50, maximum=1_000_000)
    seed: int = integer("Seed of the amplitudes", default=0, minimum=0, maximum=2**31 - 1)

    def extent(self) -> tuple[int, int]:
        """Count the trials and the steps of each."""
        return self.sequences, self.steps

    def plan(self) -> TrialPlan:
        """Draw every sequence once."""
        sequence = np.arange(self.sequences)
        levels = self.random_levels(self.seed, self.sequences, self.steps)
        return self.plan_of(levels, sequence, np.zeros_like(sequence))
