"""The same probe sequence every so often: how a device changes over hours."""

from collections.abc import Iterator

import numpy as np
from nado_lab.protocols.base import Streams
from nado_lab.protocols.columns import Column, Row
from nado_lab.protocols.device import MeasuringDevice
from nado_lab.protocols.drive_window import DriveWindow
from nado_lab.protocols.playback import TrialPlan
from nado_lab.protocols.pymeasure_types import integer, number
from nado_lab.protocols.waiting import wait_safely


class DriftWatch(DriveWindow):
    """Play one random probe sequence, wait in the safe state, play it again."""

    probes: int = integer("Probes", default=24, minimum=1, maximum=1_000_000)
    interval: float = number("Time between probes", "s", default=600, minimum=0, maximum=1e7)
    steps: int = integer("Steps of the probe", default=28, minimum=1, maximum=100_000)
    seed: int = integer("Seed of the probe", default=0, minimum=0, maximum=2**31 - 1)

    def extent(self) -> tuple[int, int]:
        """Count the probes and the steps of each."""
        return self.probes, self.steps

    def estimate_s(self, setup: MeasuringDevice) -> float:
        """Take the probes and the waiting between them."""
        return self.probes * setup.estimate_s(1, self.steps) + (self.probes - 1) * self.interval

    def plan(self) -> TrialPlan:
        """Draw the probe once."""
        levels = np.repeat(self.random_levels(self.seed, 1, self.steps), self.probes, axis=0)
        sequence: np.ndarray = np.zeros(self.probes, int)
        return self.plan_of(levels, sequence, np.arange(self.probes))

    def columns(self) -> Streams:
        """Declare, beside what every playback has, the bench's own time of each probe."""
        clock = Column("clock", units="s", description="time by the bench's clock", is_coordinate=True)
        streams = super().columns()
        return {**streams, "primary": (*streams["primary"], clock)}

    def execute(self) -> None:
        """Measure, wait, measure."""
        for trial in range(self.start_row, self.probes):
            if trial > self.start_row and not wait_safely(self.setup, self.interval, self.should_stop):
                return
            for row in self._probe(trial):
                self.emit("primary", row)
            if self.should_stop():
                return

    def _probe(self, trial: int) -> Iterator[Row]:
        time_s = self.setup.clock.now()
        for answer in self.answers(trial, trial + 1):
            yield {**self._row(self.planned, trial, answer), "clock": time_s}
