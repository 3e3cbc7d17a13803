"""A protocol of one's own: how the levels decay after pulses of growing voltage in the dark."""

import numpy as np
from nado_lab.protocols.playback import Playback, TrialPlan
from nado_lab.protocols.pymeasure_types import integer


class Decay(Playback):
    """Hold the first port at a level for some steps, then all ports at their lower end."""

    pulses: int = integer("Heights of the pulse", default=5, minimum=1, maximum=1000)
    length: int = integer("Steps of the pulse", default=10, minimum=1, maximum=10_000)
    steps: int = integer("Steps of a trial", default=40, minimum=2, maximum=100_000)

    def extent(self) -> tuple[int, int]:
        """Count the trials and the steps of each."""
        return self.pulses, self.steps

    def plan(self) -> TrialPlan:
        """Lay out one trial a height, from a part of the window to all of it."""
        drive = -np.ones((self.pulses, self.steps, len(self.setup.ports)))
        heights = np.linspace(-1, 1, self.pulses + 1)[1:]
        drive[:, : self.length, 0] = heights[:, None]
        order = np.arange(self.pulses)
        return TrialPlan(drive, order, np.zeros_like(order))
