"""A loop ends within tolerance only where the whole interval of its gap is."""

from types import SimpleNamespace

import pytest
from nado_lab.lab.loop.closed_loop import resolution
from nado_lab.lab.loop.config import ToleranceConfig
from nado_lab.lab.workflow.resolved import Verdict


def judged(gap, low, high):
    context = SimpleNamespace(
        config=SimpleNamespace(tolerance=ToleranceConfig()), task=SimpleNamespace(is_classification=True)
    )
    compared = SimpleNamespace(gap=gap, gap_low=low, gap_high=high, n_test=60)
    return resolution(context, SimpleNamespace(compared=compared))


@pytest.mark.parametrize(
    ("gap", "low", "high", "verdict"),
    [
        (0.003, -0.06, 0.066, Verdict.UNRESOLVED),
        (0.003, -0.002, 0.009, Verdict.WITHIN),
        (0.05, 0.03, 0.07, Verdict.BEYOND),
        (0.012, 0.002, 0.022, Verdict.UNRESOLVED),
    ],
)
def test_the_interval_of_the_gap_decides(gap, low, high, verdict):
    assert judged(gap, low, high).verdict is verdict
