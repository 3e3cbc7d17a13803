"""Random amplitude sequences: the data that a twin is fitted to."""

from nado_lab.protocols.drive_window import DriveWindow
from nado_lab.protocols.playback import TrialPlan, interleaved
from nado_lab.protocols.pymeasure_types import boolean, integer


class Characterise(DriveWindow):
    """Drive the device with sequences of independent, uniformly random amplitudes."""

    sequences: int = integer("Sequences", default=200, minimum=1, maximum=1_000_000)
    repeats: int = integer("Repeats of each sequence", default=1, minimum=1, maximum=1_000_000)
    steps: int = integer("Steps a sequence", default=28, minimum=1, maximum=100_000)
    seed: int = integer("Seed of the amplitudes", default=0, minimum=0, maximum=2**31 - 1)
    waveform: bool = boolean("Keep the raw waveform", default=True)

    def extent(self) -> tuple[int, int]:
        """Count the trials and the steps of each."""
        return self.sequences * self.repeats, self.steps

    def plan(self) -> TrialPlan:
        """Draw every sequence, and play all of them once before any is repeated."""
        levels = self.random_levels(self.seed, self.sequences, self.steps)
        sequence, repeat = interleaved(self.sequences, self.repeats)
        return self.plan_of(levels[sequence], sequence, repeat)
