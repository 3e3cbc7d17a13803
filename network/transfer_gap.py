"""The transfer gap: how much worse the device is than the twin, positive always worse, with its interval."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from nado_lab.network.tasks.task import Metric, Task
from nado_lab.network.training.evaluate import score_answers
from scipy.stats import binomtest
from torch import Tensor

RESAMPLES = 400
SMALLEST_ERROR = 1e-12


@dataclass(frozen=True)
class TransferGap:
    """A network on twin and device over `n` test examples.

    `gap` is in points of accuracy (0.01 is one point), or the share by which the device's error is larger;
    `error` is its standard error and `low` to `high` its 95 % interval, by resampling the examples
    (Efron 1979), twin and device on the same ones.
    """

    metric: Metric
    on_twin: float
    on_device: float
    gap: float
    error: float
    low: float
    high: float
    n: int


def transfer_gap(task: Task, on_twin: Sequence[Tensor], on_device: Tensor, *, seed: int = 0) -> TransferGap:
    """Hold the device's answers to the test examples, (trial[, step], output), against draws of the twin."""
    count, rng = len(task.test), np.random.default_rng(seed)
    resampled = []
    for _ in range(RESAMPLES):
        rows = torch.from_numpy(rng.integers(0, count, count))
        resampled.append(gap_of(task.metric, *_scores(task, on_twin, on_device, rows)))
    twin, device = _scores(task, on_twin, on_device, torch.arange(count))
    low, high = np.quantile(resampled, [0.025, 0.975])
    gap, error = gap_of(task.metric, twin, device), float(np.std(resampled, ddof=1))
    return TransferGap(task.metric, twin, device, gap, error, float(low), float(high), count)


def gap_of(metric: Metric, on_twin: float, on_device: float) -> float:
    """Return the gap between two scores of a metric: what the device does worse."""
    if metric is Metric.ACCURACY:
        return on_twin - on_device
    return on_device / max(on_twin, SMALLEST_ERROR) - 1.0


def wilson_interval(fraction: float, count: int) -> tuple[float, float]:
    """Return the 95 % Wilson score interval of a fraction seen in `count` trials (Wilson 1927)."""
    interval = binomtest(round(fraction * count), count).proportion_ci(0.95, method="wilson")
    return float(interval.low), float(interval.high)


def _scores(task: Task, on_twin: Sequence[Tensor], on_device: Tensor, rows: Tensor) -> tuple[float, float]:
    targets = task.test.targets[rows]
    twin = float(np.mean([score_answers(task, draw[rows], targets) for draw in on_twin]))
    return twin, score_answers(task, on_device[rows], targets)
