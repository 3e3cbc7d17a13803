import numpy as np
import pytest
from nado_lab.lab.watch.snapshot import Curve, Plot
from nado_lab.lab.watch.svg import draw, ticks


def plot(*y, title="level"):
    return Plot(
        title,
        "step",
        tuple(Curve(f"c{i}", np.arange(len(each)), np.array(each, float)) for i, each in enumerate(y)),
    )


@pytest.mark.parametrize(("low", "high"), [(0, 1), (-3, 17), (1e-9, 2e-9), (-1e12, 1e12), (0.1, 0.1001)])
def test_ticks_are_round_and_within(low, high):
    found = ticks(low, high)
    assert 3 <= len(found) <= 7
    assert all(low - 1e-9 * abs(low) <= value <= high + 1e-9 * abs(high) for value in found)


@pytest.mark.parametrize(
    "y",
    [[], [1.0], [np.nan] * 3, [np.inf, 1, -np.inf], [0.0, 0.0], [5e300, -5e300], [1e-320, 2e-320], [7, 7, 7]],
)
def test_any_numbers_can_be_drawn(y):
    drawn = draw(plot(y))
    assert drawn.startswith("<svg")
    assert "nan" not in drawn
    assert "inf" not in drawn


def test_what_is_not_finite_leaves_a_gap():
    assert draw(plot([0, 1, np.nan, 1, 0])).split('class="curve')[1].count("M") == 2


def test_names_are_escaped():
    assert "<b>" not in draw(plot([1, 2], title="<b>"))
