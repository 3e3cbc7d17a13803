"""The transfer gap: how much worse the device is than the twin, positive always worse, with its interval."""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import fmean

import numpy as np
import torch
from nado_lab.network.tasks.metric import Metric
from nado_lab.network.tasks.task import Task
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

    def __str__(self) -> str:
        """Word the gap for people, with its interval."""
        return gap_text(self.metric, self.gap, self.low, self.high)


def transfer_gap(task: Task, on_twin: Sequence[Tensor], on_device: Tensor, *, seed: int = 0) -> TransferGap:
    """Hold the device's answers to the test examples, (trial[, step], output), against draws of the twin."""
    count, rng = len(task.test), np.random.default_rng(seed)
    twin, device = _scores(task, on_twin, on_device, np.arange(count))
    gap = gap_of(task.metric, twin, device)
    drawn = [_scores(task, on_twin, on_device, rng.integers(0, count, count)) for _ in range(RESAMPLES)]
    resampled = np.array([gap_of(task.metric, *scores) for scores in drawn])
    resampled = resampled[np.isfinite(resampled)]  # examples that do not vary have no error
    if len(resampled) < 2:
        return TransferGap(task.metric, twin, device, gap, 0.0, gap, gap, count)
    low, high = np.quantile(resampled, [0.025, 0.975])
    error = float(np.std(resampled, ddof=1))
    return TransferGap(task.metric, twin, device, gap, error, float(low), float(high), count)


def gap_of(metric: Metric, on_twin: float, on_device: float) -> float:
    """Return the gap between two scores of a metric: what the device does worse."""
    if metric.higher_is_better:
        return on_twin - on_device
    return on_device / max(on_twin, SMALLEST_ERROR) - 1.0


def gap_text(metric: str, gap: float, low: float | None = None, high: float | None = None) -> str:
    """Word a gap for people: "+1.2 points" of an accuracy, "+10.7 %" of an error; its interval, if known."""
    told = f"{100 * gap:+.1f} {'points' if Metric(metric).is_classification else '%'}"
    if low is None or high is None:
        return told
    return f"{told} (95 %: {100 * low:+.1f} to {100 * high:+.1f})"


def wilson_interval(fraction: float, count: int) -> tuple[float, float]:
    """Return the 95 % Wilson score interval of a fraction seen in `count` trials (Wilson 1927)."""
    interval = binomtest(round(fraction * count), count).proportion_ci(0.95, method="wilson")
    return float(interval.low), float(interval.high)


def _scores(
    task: Task, on_twin: Sequence[Tensor], on_device: Tensor, rows: np.ndarray
) -> tuple[float, float]:
    chosen = torch.as_tensor(rows)
    examples = task.test[chosen]
    twin = fmean(score_answers(task, draw[chosen], examples) for draw in on_twin)
    return twin, score_answers(task, on_device[chosen], examples)
