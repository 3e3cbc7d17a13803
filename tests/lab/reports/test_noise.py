"""The noise of repeats against noise that is known."""

import numpy as np
import pytest
from nado_lab.lab.reports.noise import noise_of_repeats


def test_white_and_carried_noise_are_told_apart():
    rng = np.random.default_rng(0)
    means = rng.normal(0, 3.0, (20, 12, 1))
    sequence = np.repeat(np.arange(20), 30)
    white = rng.normal(0, 0.5, (600, 12, 1))
    carried = np.repeat(rng.normal(0, 0.5, (600, 1, 1)), 12, axis=1)
    found = noise_of_repeats(means[sequence] + white, sequence)
    assert found.noise == pytest.approx([0.5], rel=0.03)
    assert found.signal == pytest.approx([3.0], rel=0.15)
    assert found.lags[0] == pytest.approx(1.0)
    assert np.abs(found.lags[1:]).max() < 0.06
    assert noise_of_repeats(means[sequence] + carried, sequence).lags[1:] == pytest.approx(1.0, abs=0.02)


def test_two_repeats_are_not_biased():
    rng = np.random.default_rng(1)
    sequence = np.repeat(np.arange(2000), 2)
    found = noise_of_repeats(rng.normal(0, 2.0, (4000, 3, 2)), sequence)
    assert found.noise == pytest.approx([2.0, 2.0], rel=0.05)


def test_single_shots_tell_nothing():
    assert noise_of_repeats(np.ones((3, 4, 2)), np.arange(3)) is None
