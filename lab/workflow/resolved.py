"""Whether a figure lies within its tolerance: only where its interval says so; else, what would tell.

A half-width shrinks as one over the square root of the count, if the figure stays where it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import ceil, inf, sqrt

import numpy as np
from scipy.stats import t as student_t

CONFIDENCE = 0.95
ON_THE_EDGE = 1e-3
"""A figure nearer to an edge than this share of its half-width lies on it (a million times the samples)."""


class Verdict(StrEnum):
    """What an interval says of a tolerance."""

    WITHIN = "within tolerance"
    BEYOND = "beyond tolerance"
    UNRESOLVED = "not resolved"


@dataclass(frozen=True)
class Resolution:
    """A verdict; where it is not resolved, how many `more` of what was counted would (None: no number)."""

    verdict: Verdict
    more: int | None = None

    def text(self, what: str, each_s: float) -> str:
        """Say it for people; `what` was counted ("test examples"), one takes `each_s` s of the device."""
        if self.verdict is not Verdict.UNRESOLVED:
            return self.verdict.value
        if self.more is None:
            return f"{self.verdict}: it lies on the tolerance, or too few {what} were measured to tell"
        return f"{self.verdict}: {self.more} more {what}, {_duration(self.more * each_s)}, would"


def resolve(
    value: float, low: float, high: float, count: int, *, least: float = -inf, most: float = inf
) -> Resolution:
    """Hold a figure's interval, `low` to `high` from `count` samples, against what is allowed."""
    if least <= low and high <= most:
        return Resolution(Verdict.WITHIN)
    if high < least or low > most:
        return Resolution(Verdict.BEYOND)
    factors = [_factor(value, end, edge) for end, edge in _crossed(low, high, least, most, value)]
    worst = max(factors)
    more = None if worst == inf or not count else max(1, ceil(count * (worst - 1)))
    return Resolution(Verdict.UNRESOLVED, more)


def ratio_interval(ratio: float, above: Sequence[float], below: Sequence[float]) -> tuple[float, float]:
    """Give the 95 % interval of a ratio of means, from the pairs (above, below) of groups of samples.

    The ratio estimator's standard error by its residuals (Cochran, Sampling Techniques, chapter 6), with
    Student's t; of fewer than two groups nothing is known.
    """
    over, under = np.asarray(above, float), np.asarray(below, float)
    groups = len(over)
    if groups < 2 or not under.mean():
        return -inf, inf
    residual = over - over.mean() / under.mean() * under
    error = float(residual.std(ddof=1)) / sqrt(groups) / float(under.mean())
    half = float(student_t.ppf(0.5 + CONFIDENCE / 2, groups - 1)) * error
    return ratio - half, ratio + half


def mean_interval(mean: float, values: Sequence[float]) -> tuple[float, float]:
    """Give the 95 % interval of a mean, from the means of groups of samples."""
    return ratio_interval(mean, values, [1.0] * len(values))


def _crossed(low: float, high: float, least: float, most: float, value: float) -> list[tuple[float, float]]:
    """Give (end of the interval, edge of what is allowed) where the interval crosses an edge."""
    crossed = [(low if value >= least else high, least)] if low < least <= high else []
    return crossed + ([(high if value <= most else low, most)] if low <= most < high else [])


def _factor(value: float, end: float, edge: float) -> float:
    """Say by how much more samples would bring the end of an interval back to an edge."""
    half, distance = abs(end - value), abs(edge - value)
    return inf if distance <= ON_THE_EDGE * half else (half / distance) ** 2


def _duration(seconds: float) -> str:
    minutes = seconds / 60
    return f"{minutes:.1f} minutes" if minutes < 10 else f"{minutes:.0f} minutes"
