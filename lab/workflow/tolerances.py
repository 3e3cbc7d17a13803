"""How good a twin must be to pass, read from TOML."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from typing import Annotated

from nado_lab.lab.toml_file import read_model
from nado_lab.lab.workflow.resolved import Resolution, Verdict, mean_interval, ratio_interval, resolve
from nado_lab.twin import Figures, Metrics
from pydantic import BaseModel, ConfigDict, Field, PositiveFloat

SMALLEST = 1e-12
Share = Annotated[float, Field(ge=0, le=1)]


@dataclass(frozen=True)
class Check:
    """One figure of a validation: for which drives, what it is, what came, what is allowed.

    It passes where its 95 % interval, `low` to `high`, lies within the limit, and fails where it lies outside
    itself; in between that is not resolved, and `verdict` says what would.
    """

    drives: str
    what: str
    came: float
    limit: str
    passed: bool
    failed: bool = False
    low: float | None = None
    high: float | None = None
    verdict: str = ""

    @property
    def is_open(self) -> bool:
        """Say whether it lies within its limit, but not its whole interval."""
        return not (self.passed or self.failed)


@dataclass(frozen=True)
class Scored:
    """Metrics on `count` sequences and on `groups` of them, which give the intervals; seconds of one."""

    metrics: Metrics
    groups: tuple[Metrics, ...]
    count: int
    sequence_s: float


class Tolerances(BaseModel):
    """Limits of a validation; ratios are errors of the twin over the device's own repeat floor.

    `coverage90` is the share of measured readouts inside the twin's 90 % band.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    mean_ratio: PositiveFloat = 1.5
    std_ratio: PositiveFloat = 2.0
    autocov_ratio: PositiveFloat = 2.0
    least_coverage90: Share = 0.8
    most_coverage90: Share = 0.99

    def judge(self, scored: Scored, drives: str) -> list[Check]:
        """Hold the metrics of a twin on a kind of drives, with their intervals, against the limits."""
        return [
            *(self._ratio(scored, drives, name) for name in ("mean", "std", "autocov")),
            self._coverage(scored, drives),
        ]

    def _ratio(self, scored: Scored, drives: str, name: str) -> Check:
        """Hold an error of the twin over the floor of the device's own repeats against its limit."""
        limit = getattr(self, f"{name}_ratio")
        error, floor = _error(scored.metrics, name), _error(scored.metrics.floor, name)
        pairs = [(_error(each, name), _error(each.floor, name)) for each in scored.groups]
        came = error / max(floor, SMALLEST)
        interval = ratio_interval(came, [pair[0] for pair in pairs], [pair[1] for pair in pairs])
        found = resolve(came, *interval, scored.count, most=limit)
        what = (drives, f"{name}_ratio", came, f"<= {limit:g}")
        return _check(scored, found, what, came > limit, interval)

    def _coverage(self, scored: Scored, drives: str) -> Check:
        """Hold the share inside the twin's band against its limits."""
        came, low, high = scored.metrics.coverage90, self.least_coverage90, self.most_coverage90
        interval = mean_interval(came, [each.coverage90 for each in scored.groups])
        found = resolve(came, *interval, scored.count, least=low, most=high)
        what = (drives, "coverage90", came, f"{low:g} to {high:g}")
        return _check(scored, found, what, not low <= came <= high, interval)


def _error(figures: Figures | None, name: str) -> float:
    """Give an error by its name, 0 where there is none."""
    return getattr(figures, f"{name}_error", None) or 0.0


def _check(
    scored: Scored,
    found: Resolution,
    what: tuple[str, str, float, str],
    outside: bool,
    interval: tuple[float, float],
) -> Check:
    low, high = (end if isfinite(end) else None for end in interval)
    said = found.text("sequences", scored.sequence_s)
    return Check(*what, found.verdict is Verdict.WITHIN, outside, low, high, said)


def load_tolerances(path: Path | None) -> Tolerances:
    """Read tolerances from a TOML file; without one they are the defaults."""
    return Tolerances() if path is None else read_model(path, Tolerances)
