"""Accuracies and their intervals."""

import numpy as np
from scipy.stats import binomtest


def accuracy(outputs: np.ndarray, labels: np.ndarray) -> float:
    """Return the fraction of `outputs` (trial, class) whose largest entry is at `labels` (trial,)."""
    return float(np.mean(outputs.argmax(axis=-1) == labels))


def wilson_interval(fraction: float, count: int) -> tuple[float, float]:
    """Return the 95 % Wilson score interval of a fraction seen in `count` trials (Wilson 1927)."""
    interval = binomtest(round(fraction * count), count).proportion_ci(0.95, method="wilson")
    return float(interval.low), float(interval.high)
