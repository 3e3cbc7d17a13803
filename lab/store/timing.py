"""How the steps of a run followed each other: whole trials or step by step, how often, how late."""

from dataclasses import dataclass

import numpy as np
from nado_lab.lab.store.metadata import RunMetadata
from nado_lab.lab.store.reader import Run
from nado_lab.lab.store.trials import step_seconds
from nado_lab.protocols.timing import STEPWISE, WHOLE_TRIALS

STEPS = "steps"
"""The stream of a stepwise run that has a row a step."""
_HIGH = 0.99


@dataclass(frozen=True)
class Spread:
    """A time in s: its median and its 99 % quantile."""

    median: float
    high: float

    @classmethod
    def of(cls, seconds: np.ndarray) -> "Spread":
        """Take both of measured times (step,) in s."""
        median, high = np.quantile(seconds, [0.5, _HIGH])
        return cls(float(median), float(high))

    def __str__(self) -> str:
        return f"{1e3 * self.median:.3g} ms (99 %: {1e3 * self.high:.3g} ms)"


@dataclass(frozen=True)
class RunTiming:
    """`mode` says how steps were played, `step_s` the time from step to step that was meant.

    Of a run step by step also what came of it over so many `steps`: `latency`, from asking for a step to its
    readout by the wall's clock, and `late`, by the bench's clock, how much longer than `step_s` it took to
    the next step (its jitter is the spread of that).
    """

    mode: str
    step_s: float | None
    steps: int = 0
    latency: Spread | None = None
    late: Spread | None = None

    @property
    def period_s(self) -> float | None:
        """Return the time from step to step as it was, in the median."""
        late = self.late.median if self.late else 0.0
        return None if self.step_s is None else self.step_s + late

    def __str__(self) -> str:
        told = self.mode if self.step_s is None else f"{self.mode}, a step every {1e3 * self.step_s:.4g} ms"
        if self.latency is None or self.late is None:
            return told
        return f"{told}; {self.steps} steps: latency {self.latency}, late by {self.late}"


def run_timing(run: Run) -> RunTiming:
    """Say how a run was timed, from its committed rows where it was asked step by step."""
    mode, step_s = timing_mode(run.metadata), step_seconds(run.metadata)
    if mode != STEPWISE or STEPS not in run.streams or not run.rows(STEPS):
        return RunTiming(mode, step_s)
    rows = run.load(STEPS, columns=("late", "latency", "step"))
    later = rows["late"].values[rows["step"].values > 0]
    late = Spread.of(later if len(later) else rows["late"].values)
    return RunTiming(mode, step_s, rows.sizes["trial"], Spread.of(rows["latency"].values), late)


def timing_mode(metadata: RunMetadata) -> str:
    """Say whether whole trials were played or steps were asked for; older runs knew whole trials only."""
    return STEPWISE if metadata.notes.get("timing") == STEPWISE else WHOLE_TRIALS
