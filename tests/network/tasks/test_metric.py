"""The metrics: what each output is measured by, and which way is better."""

import pytest
import torch
from nado_lab.network import Metric, TaskError


def outputs(steps=()):
    """Return targets (trial, [step,] 2) of very different sizes, and answers that are their means."""
    truth = torch.randn(200, *steps, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    truth = truth * torch.tensor([1.0, 1e-3]) + torch.tensor([100.0, 0.0])
    return truth, truth.flatten(0, -2).mean(0).expand_as(truth)


@pytest.mark.parametrize("steps", [(), (20,)])
def test_each_output_is_measured_by_its_own_deviation(steps):
    truth, means = outputs(steps)
    assert Metric.NRMSE.score(truth, truth) == 0
    assert Metric.NRMSE.score(means, truth) == pytest.approx(1.0)
    half_known = torch.stack([truth[..., 0], means[..., 1]], -1)
    assert Metric.NRMSE.score(half_known, truth) == pytest.approx(0.5**0.5)


def test_answers_of_another_shape_are_refused_rather_than_broadcast():
    with pytest.raises(TaskError, match="got \\(5, 1\\) and \\(5,\\)"):
        Metric.NRMSE.score(torch.zeros(5, 1), torch.zeros(5))


def test_a_metric_says_what_it_is():
    assert Metric.ACCURACY.is_classification
    assert Metric.ACCURACY.higher_is_better
    assert not Metric.NRMSE.is_classification
    assert not Metric.NRMSE.higher_is_better
