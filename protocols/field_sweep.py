"""Protocols that step the field through a range, one step a field."""

import numpy as np
from nado_lab.protocols.field_window import FieldWindow
from nado_lab.protocols.playback import TrialPlan, interleaved
from nado_lab.protocols.pymeasure_types import integer


class FieldSweep(FieldWindow):
    """Visit `points` fields from the bottom of the window to its top, within one trial."""

    points: int = integer("Fields", default=41, minimum=2, maximum=100_000)
    repeats: int = integer("Repeats of the sweep", default=1, minimum=1, maximum=1_000_000)
    settle: int = integer("Steps at each field", default=1, minimum=1, maximum=10_000)

    def levels(self) -> np.ndarray:
        """Give the visited levels (visit,) of the window, from -1 to 1."""
        return np.linspace(-1, 1, self.points)

    def extent(self) -> tuple[int, int]:
        """Count the repeats and the steps of each."""
        return self.repeats, len(self.levels()) * self.settle

    def plan(self) -> TrialPlan:
        """Hold every field for `settle` steps; repeat the whole sweep."""
        levels = np.repeat(self.levels(), self.settle)
        sequence, repeat = interleaved(1, self.repeats)
        field = self.field_at(np.tile(levels, (self.repeats, 1)))
        return TrialPlan(self.drive_at(field), sequence, repeat, field)


class Hysteresis(FieldSweep):
    """Sweep the field up and down again: a device with memory answers both ways differently."""

    loops: int = integer("Loops a repeat", default=1, minimum=1, maximum=10_000)

    def levels(self) -> np.ndarray:
        """Give bottom to top to bottom, `loops` times, every turning point once."""
        up = np.linspace(-1, 1, self.points)
        there_and_back = np.concatenate([up[:-1], up[:0:-1]])
        return np.append(np.tile(there_and_back, self.loops), up[0])


class FmrMap(FieldSweep):
    """Map the spectrum against the field: the readout of each step is a spectrum over frequencies."""

    points: int = integer("Fields", default=61, minimum=2, maximum=100_000)
