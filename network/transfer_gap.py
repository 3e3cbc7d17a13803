"""The transfer gap: how much worse the device is than the twin, positive always worse, with its interval."""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

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

    def scores(rows: Tensor) -> tuple[float, float]:
        return _mean_score(task, on_twin, rows), _mean_score(task, [on_device], rows)

    resampled = _resample(task, lambda rows: gap_of(task.metric, *scores(rows)), seed)
    twin, device = scores(torch.arange(len(task.test)))
    error, interval = float(np.std(resampled, ddof=1)), _middle(resampled)
    gap = gap_of(task.metric, twin, device)
    return TransferGap(task.metric, twin, device, gap, error, *interval, len(task.test))


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


def score_interval(task: Task, draws: Sequence[Tensor], *, seed: int = 0) -> tuple[float, float]:
    """Return the 95 % interval of the mean score of draws of answers to the test examples.

    It is Wilson's for accuracies; errors have that of examples drawn again (Efron 1979).
    """
    if task.is_classification:
        return wilson_interval(_mean_score(task, draws, torch.arange(len(task.test))), len(task.test))
    return _middle(_resample(task, lambda rows: _mean_score(task, draws, rows), seed))


def wilson_interval(fraction: float, count: int) -> tuple[float, float]:
    """Return the 95 % Wilson score interval of a fraction seen in `count` trials (Wilson 1927)."""
    interval = binomtest(round(fraction * count), count).proportion_ci(0.95, method="wilson")
    return float(interval.low), float(interval.high)


def _mean_score(task: Task, draws: Sequence[Tensor], rows: Tensor) -> float:
    targets = task.test.targets[rows]
    return float(np.mean([score_answers(task, draw[rows], targets) for draw in draws]))


def _resample(task: Task, statistic: Callable[[Tensor], float], seed: int) -> list[float]:
    """Take a statistic of test examples drawn again with replacement, many times."""
    count, rng = len(task.test), np.random.default_rng(seed)
    return [statistic(torch.as_tensor(rng.integers(0, count, count))) for _ in range(RESAMPLES)]


def _middle(resampled: list[float]) -> tuple[float, float]:
    low, high = np.quantile(resampled, [0.025, 0.975])
    return float(low), float(high)
