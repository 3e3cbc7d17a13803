"""A long random sequence for the task-agnostic metrics of a reservoir (see metrics.py)."""

import numpy as np
from nado_lab.protocols.field_window import FieldWindow
from nado_lab.protocols.playback import TrialPlan
from nado_lab.protocols.pymeasure_types import integer


class Memory(FieldWindow):
    """Play a few long sequences of independent amplitudes that differ throughout."""

    sequences: int = integer("Sequences", default=4, minimum=1, maximum=100_000)
    steps: int = integer("Steps a sequence", default=300, minimum=50, maximum=1_000_000)
    seed: int = integer("Seed of the amplitudes", default=0, minimum=0, maximum=2**31 - 1)

    def extent(self) -> tuple[int, int]:
        """Count the trials and the steps of each."""
        return self.sequences, self.steps

    def plan(self) -> TrialPlan:
        """Draw every sequence once."""
        levels = np.random.default_rng(self.seed).uniform(-1, 1, (self.sequences, self.steps))
        field = self.field_at(levels)
        sequence = np.arange(self.sequences)
        return TrialPlan(self.drive_at(field), sequence, np.zeros_like(sequence), field)
