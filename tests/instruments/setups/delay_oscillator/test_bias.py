import numpy as np
import pytest
from nado_lab.instruments.errors import InstrumentError
from nado_lab.instruments.setups.delay_oscillator import fit_bias
from nado_lab.instruments.setups.delay_oscillator.config import BiasConfig

LEVELS = np.linspace(-5, 5, 24)


def light(phase, half_wave, noise=0.0, seed=0):
    scatter = noise * np.random.default_rng(seed).standard_normal(len(LEVELS))
    return 0.45 + 0.4 * np.cos(2 * phase + np.pi * LEVELS / half_wave) + scatter


@pytest.mark.parametrize("phase", [-1.2, -0.3, 0.0, 0.785, 1.5])
@pytest.mark.parametrize("half_wave", [3.0, 5.0, 7.5])
def test_a_scan_finds_phase_half_wave_voltage_and_extremes(phase, half_wave):
    found = fit_bias(LEVELS, light(phase, half_wave), 5.0)
    assert found.phase_rad == pytest.approx(phase, abs=1e-6)
    assert found.half_wave_v == pytest.approx(half_wave, rel=1e-6)
    assert (found.least_v, found.most_v) == pytest.approx((0.05, 0.85), abs=1e-6)
    assert found.contrast == pytest.approx(0.8 / 0.9, abs=1e-6)


def test_the_stated_errors_are_the_scatter_between_scans():
    found = [fit_bias(LEVELS, light(0.6, 5.2, 0.01, seed), 5.0) for seed in range(100)]
    for name, error in (("phase_rad", "phase_error_rad"), ("half_wave_v", "half_wave_error_v")):
        stated = np.mean([getattr(each, error) for each in found])
        assert np.std([getattr(each, name) for each in found]) == pytest.approx(stated, rel=0.2)


def test_the_bias_is_the_nearest_voltage_that_makes_the_target():
    for phase in np.linspace(-3, 3, 13):
        bias = BiasConfig(half_wave_v=4.0, phase_rad=phase)
        reached = phase + np.pi * bias.volts / 8.0
        assert np.cos(2 * reached) == pytest.approx(0.0, abs=1e-12)
        assert np.sin(2 * reached) == pytest.approx(1.0)
        assert abs(bias.volts) <= 4.0 + 1e-9


@pytest.mark.parametrize(
    ("levels", "seen", "told"),
    [
        (LEVELS[:5], np.ones(5), "6 levels"),
        (0.1 * LEVELS, light(0.5, 5.0), "over 5 V"),
        (LEVELS, np.random.default_rng(0).normal(size=24), "does not follow the bias"),
    ],
)
def test_what_cannot_be_fitted_is_told(levels, seen, told):
    with pytest.raises(InstrumentError, match=told):
        fit_bias(levels, seen, 5.0)
