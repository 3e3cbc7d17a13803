"""Values far from all others, by one rule for every room: drives and readings that are glitches.

A value is far where it lies beyond the central 99 % by more than FAR times their range: 13 standard
deviations of a normal distribution, never of a uniform one.
"""

from __future__ import annotations

import numpy as np

FAR = 2.0
RARE = 0.005
"""Glitches are rare: more far values than this share are the way the thing is."""
FEWEST = 12
MOST_VALUES = 20_000
OVERFLOW = 9.0e36
"""No reading in SI units has such a size. Instruments that speak SCPI send 9.9E37 for infinity, -9.9E37 for
its negative and 9.91E37 for "not a number" (SCPI-99, volume 1, section 7.2.1.4), also for an overflow."""


def bulk(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the ends (column,) of the central 99 % of values (row, column)."""
    rows = np.linspace(0, len(values) - 1, min(len(values), MOST_VALUES)).astype(int)
    ordered = np.sort(values[rows], axis=0)
    cut = max(1, int(RARE * len(ordered)))
    return ordered[cut], ordered[-1 - cut]


def limits(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the values (column,) beyond which one is far; of too few rows, or of a constant, infinite."""
    if len(values) < FEWEST:
        nothing = np.full(values.shape[1], np.inf)
        return -nothing, nothing
    low, high = bulk(values)
    width = np.where(high > low, FAR * (high - low), np.inf)
    return low - width, high + width


def most_glitches(count: int) -> int:
    """Return how many of so many values may be far."""
    return max(1, int(RARE * count))
