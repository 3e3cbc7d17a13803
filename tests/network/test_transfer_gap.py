"""The transfer gap: positive is always worse on the device."""

import pytest
import torch
from nado_lab.network import (
    Examples,
    Metric,
    Task,
    gap_of,
    gap_text,
    transfer_gap,
    wilson_interval,
)


def classes(count: int = 400) -> tuple[Task, torch.Tensor]:
    labels = torch.arange(count) % 4
    right = torch.nn.functional.one_hot(labels, 4).float()
    return Task("four", Metric.ACCURACY, 4, None, Examples(torch.zeros(count, 1, 1), labels)), right


def series(count: int = 50) -> tuple[Task, torch.Tensor]:
    targets = torch.randn(count, 20, 1, generator=torch.Generator().manual_seed(1))
    return Task("series", Metric.NRMSE, 1, None, Examples(torch.zeros(count, 20, 1), targets)), targets


def test_a_device_that_errs_more_often_has_a_positive_gap():
    task, right = classes()
    worse = right.clone()
    worse[:40] = right[:40].roll(1, -1)
    found = transfer_gap(task, [right, right], worse)
    assert (found.on_twin, found.on_device, found.n) == (1.0, 0.9, 400)
    assert found.gap == pytest.approx(0.1)
    assert found.low < 0.1 < found.high
    assert found.error == pytest.approx((0.1 * 0.9 / 400) ** 0.5, rel=0.2)  # binomial


def test_a_device_with_a_larger_error_has_a_positive_gap():
    task, targets = series()
    generator = torch.Generator().manual_seed(2)
    noise = torch.randn(targets.shape, generator=generator)
    found = transfer_gap(task, [targets + 0.1 * noise], targets + 0.2 * noise)
    assert found.gap == pytest.approx(1.0, rel=1e-5)  # twice the error
    assert found.high - found.low < 1e-5  # both sides err on the same examples


def test_the_sign_is_one_for_all_metrics():
    assert gap_of(Metric.ACCURACY, 0.9, 0.8) > 0
    assert gap_of(Metric.NRMSE, 0.1, 0.2) > 0


def test_wilson():
    low, high = wilson_interval(0.5, 100)  # Wilson 1927: (p + z²/2n ± z sqrt(p q / n + z²/4n²)) / (1 + z²/n)
    assert (low, high) == pytest.approx((0.4038, 0.5962), abs=1e-4)


def test_examples_that_do_not_vary_leave_the_interval_finite():
    targets = torch.tensor([[[0.0]], [[1.0]]]).expand(2, 20, 1)
    task = Task("two", Metric.NRMSE, 1, None, Examples(torch.zeros(2, 20, 1), targets))
    found = transfer_gap(task, [targets + 0.1], targets + 0.2)
    assert found.gap == pytest.approx(1.0, rel=1e-5)
    assert found.low == pytest.approx(found.high, rel=1e-5)


def test_gaps_are_worded_with_their_unit():
    assert gap_text(Metric.ACCURACY, 0.012) == "+1.2 points"
    assert gap_text(Metric.NRMSE, 0.107) == "+10.7 %"
    assert gap_text("nrmse", 0.107, -0.01, 0.2) == "+10.7 % (95 %: -1.0 to +20.0)"
    task, right = classes()
    assert str(transfer_gap(task, [right], right)) == "+0.0 points (95 %: +0.0 to +0.0)"
