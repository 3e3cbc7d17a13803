import numpy as np
import pytest
from nado_lab.lab.reports.autocorrelation import autocorrelation


@pytest.mark.parametrize("memory", [0.0, 0.5, 0.8])
def test_autocorrelation_of_a_first_order_process_is_a_power_of_its_memory(memory):
    rng = np.random.default_rng(0)
    x = np.zeros((4000, 30, 1))
    x[:, 0] = rng.normal(size=(4000, 1))
    for step in range(1, 30):
        x[:, step] = memory * x[:, step - 1] + (1 - memory**2) ** 0.5 * rng.normal(size=(4000, 1))
    measured = autocorrelation(x, 6)[:, 0]
    np.testing.assert_allclose(measured, memory ** np.arange(6), atol=0.02)


@pytest.mark.parametrize("precision", [np.float32, np.float64])
def test_one_path_alone_has_no_autocorrelation_and_no_warning(precision):
    assert np.array_equal(autocorrelation(np.zeros((1, 6, 2), precision), 4), np.zeros((4, 2)))


def test_no_more_lags_than_steps():
    assert autocorrelation(np.ones((2, 3, 1)), 9).shape == (3, 1)
