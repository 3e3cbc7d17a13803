"""Has the device changed while it was measured? Probes woven into a run, a score, and a rule.

A probe is one fixed drive that is played again every so many trials. Its readouts late in a run are held
against those early in it, or in an earlier run.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from scipy.stats import f

PROBE = 0  # the sequence number of probes in a woven run; the run's own sequences count from 1
FEWEST = 3


class Verdict(StrEnum):
    """What a drift score asks for."""

    STEADY = "steady"
    RECALIBRATE = "recalibrate"
    STOP = "stop"


@dataclass(frozen=True)
class Probe:
    """One drive (step, port) in [-1, 1], played before every `every` trials and once at the end."""

    drive: np.ndarray
    every: int


def weave(drive: np.ndarray, sequence: np.ndarray, probe: Probe) -> tuple[np.ndarray, np.ndarray]:
    """Put the probe between trials: drive (trial, step, port) and sequence (trial,) of the woven run."""
    before = np.append(np.arange(0, len(drive), probe.every), len(drive))
    woven = np.insert(drive, before, probe.drive, axis=0)
    return woven, np.insert(np.asarray(sequence) + 1, before, PROBE)


def drift_score(early: np.ndarray, late: np.ndarray) -> float | None:
    """Compare two sets of probe readouts (passage, step, channel): about 1 for a steady device.

    It is the median, over steps and channels, of the squared difference of the means in multiples of its
    standard error (Welch 1947), relative to what chance alone gives, and the root of that; None where there
    are fewer than three passages on a side. The median forgives single numbers with hardly any noise.
    """
    if min(len(early), len(late)) < FEWEST:
        return None
    early, late = early.astype(np.float64), late.astype(np.float64)  # 1e-300 below is 0 in single precision
    error = early.var(axis=0, ddof=1) / len(early) + late.var(axis=0, ddof=1) / len(late)
    squares = (early.mean(axis=0) - late.mean(axis=0)) ** 2 / np.maximum(error, 1e-300)
    by_chance = f.median(1, len(early) + len(late) - 2)
    return float(np.sqrt(np.median(squares) / by_chance))


def verdict(score: float | None, recalibrate_above: float, stop_above: float) -> Verdict:
    """Apply the rule: beyond one limit recalibrate, beyond the other stop."""
    if score is None or score <= recalibrate_above:
        return Verdict.STEADY
    return Verdict.RECALIBRATE if score <= stop_above else Verdict.STOP
