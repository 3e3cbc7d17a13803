import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from nado_lab.lab.dashboard.models.previews import noise_spectrum


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
