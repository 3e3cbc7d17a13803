import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from nado_lab.lab.dashboard.models.previews import autocorrelation, noise_spectrum


@pytest.mark.parametrize("memory", [0.0, 0.5, 0.8])
def test_autocorrelation_of_a_first_order_process_is_a_power_of_its_memory(memory):
    rng = np.random.default_rng(0)
    x = np.zeros((4000, 30, 1))
    x[:, 0] = rng.normal(size=(4000, 1))
    for step in range(1, 30):
        x[:, step] = memory * x[:, step - 1] + (1 - memory**2) ** 0.5 * rng.normal(size=(4000, 1))
    measured = autocorrelation(x)[:6, 0]
    np.testing.assert_allclose(measured, memory ** np.arange(6), atol=0.02)


@settings(max_examples=20, deadline=None)
@given(st.integers(2, 20), st.integers(2, 9), st.integers(0, 5))
def test_the_spectrum_holds_the_variance(repeats, half, seed):
    """Parseval: inner frequencies count twice, the first and (for even lengths) the last once."""
    steps = 2 * half
    paths = np.random.default_rng(seed).normal(size=(repeats, steps, 2))
    power = noise_spectrum(paths)
    twice = np.full(len(power), 2.0)
    twice[[0, -1]] = 1.0
    deviation = paths - paths.mean(0)
    np.testing.assert_allclose((twice[:, None] * power).sum(0), (deviation**2).sum(1).mean(0))


@pytest.mark.parametrize("precision", [np.float32, np.float64])
def test_one_path_alone_has_no_autocorrelation_and_no_warning(precision):
    assert np.array_equal(autocorrelation(np.ones((1, 6, 2), precision)), np.zeros((4, 2)))
