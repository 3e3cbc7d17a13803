"""A figure is within its tolerance only where its interval says so; else it is told what would."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from nado_lab.lab.workflow.resolved import Verdict, mean_interval, ratio_interval, resolve


def test_a_small_gap_with_a_wide_interval_is_not_within_tolerance():
    """+0.003 ± 0.032 at a tolerance of 0.01 ended a loop as within it."""
    found = resolve(0.003, 0.003 - 0.063, 0.003 + 0.063, 60, most=0.01)
    assert found.verdict is Verdict.UNRESOLVED
    assert found.more == 4800  # the half-width must shrink ninefold: 81 times the examples
    assert found.text("test examples", 0.5) == "not resolved: 4800 more test examples, 40 minutes, would"


@pytest.mark.parametrize(
    ("value", "low", "high", "verdict"),
    [
        (0.003, -0.002, 0.008, Verdict.WITHIN),
        (0.05, 0.02, 0.08, Verdict.BEYOND),
        (0.02, 0.005, 0.035, Verdict.UNRESOLVED),
        (-0.2, -0.3, -0.1, Verdict.WITHIN),
    ],
)
def test_the_whole_interval_decides(value, low, high, verdict):
    assert resolve(value, low, high, 100, most=0.01).verdict is verdict


def test_on_the_tolerance_no_number_of_examples_would_tell():
    found = resolve(0.01, -0.01, 0.03, 100, most=0.01)
    assert (found.verdict, found.more) == (Verdict.UNRESOLVED, None)
    assert "lies on the tolerance" in found.text("test examples", 1.0)


@given(
    st.floats(-1, 1),
    st.floats(1e-3, 1),
    st.integers(2, 10_000),
    st.tuples(st.floats(-1, 0), st.floats(0.01, 1)),
)
def test_as_many_more_as_it_asks_for_do_resolve_it(value, half, count, allowed):
    least, most = allowed
    found = resolve(value, value - half, value + half, count, least=least, most=most)
    if found.verdict is Verdict.UNRESOLVED and found.more is not None:
        shrunk = half * (count / (count + found.more)) ** 0.5 * (1 - 1e-9)
        then = resolve(value, value - shrunk, value + shrunk, count + found.more, least=least, most=most)
        assert then.verdict is not Verdict.UNRESOLVED


def test_the_interval_of_a_mean_is_students():
    values = np.random.default_rng(0).normal(size=12)
    low, high = mean_interval(values.mean(), values)
    error = values.std(ddof=1) / 12**0.5
    assert high - low == pytest.approx(2 * 2.200985 * error, rel=1e-5)  # t of 11 degrees of freedom
    assert mean_interval(1.0, [1.0]) == (-np.inf, np.inf)


def test_what_numerator_and_denominator_share_does_not_widen_the_interval():
    sizes = np.array([1.0, 5.0, 2.0, 9.0])
    assert ratio_interval(1.2, 1.2 * sizes, sizes) == pytest.approx((1.2, 1.2))
