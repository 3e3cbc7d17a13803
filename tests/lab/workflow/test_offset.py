import numpy as np
from nado_lab.lab.workflow.offset import without_offset


def test_a_slow_offset_goes_and_the_signal_stays():
    rng = np.random.default_rng(0)
    signal, noise = rng.normal(size=(600, 5, 2)), 0.2 * rng.normal(size=(600, 2))
    drift = np.linspace(0, 8, 600)[:, None] * [1.0, -0.5]
    reference = np.array([3.0, -1.0])
    left = without_offset(signal + drift[:, None], reference + drift + noise, reference) - signal
    assert abs(left[30:-30]).max() < 0.2
    assert abs(left).max() < 0.5


def test_few_trials_are_averaged_over_all_of_them():
    readout, initial = np.ones((3, 4, 1)), np.array([[1.0], [2.0], [3.0]])
    np.testing.assert_allclose(without_offset(readout, initial, np.array([2.0]))[1], 1.0)
