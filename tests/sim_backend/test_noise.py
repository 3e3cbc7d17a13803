"""Spectrum and continuity of the readout noise."""

import numpy as np
import pytest
from nado_lab.sim_backend.noise import ReadoutNoise
from scipy.signal import welch


def test_white_noise_has_its_deviation_and_no_memory() -> None:
    noise = ReadoutNoise(white_v=2e-6, seed=1, contacts=2).sample(0.0, 1e-3, 40_000)
    assert noise.shape == (40_000, 2)
    np.testing.assert_allclose(noise.std(axis=0), 2e-6, rtol=0.02)
    assert abs(np.corrcoef(noise[1:, 0], noise[:-1, 0])[0, 1]) < 0.02
    assert abs(np.corrcoef(noise.T)[0, 1]) < 0.02


def test_pink_noise_falls_as_one_over_f() -> None:
    noise = ReadoutNoise(pink_v=1.0, seed=2, contacts=8).sample(0.0, 1e-2, 200_000)
    frequency, power = welch(noise, fs=100.0, nperseg=20_000, axis=0)
    band = (frequency > 0.02) & (frequency < 2)
    slope = np.polyfit(np.log(frequency[band]), np.log(power[band].mean(axis=1)), 1)[0]
    assert slope == pytest.approx(-1.0, abs=0.12)


def test_pink_deviation_over_many_seeds() -> None:
    values = ReadoutNoise(pink_v=3.0, seed=3, contacts=4000).sample(0.0, 1.0, 1)
    assert values.std() == pytest.approx(3.0, rel=0.05)


def test_mains_is_a_line_at_its_frequency() -> None:
    noise = ReadoutNoise(mains_v=1e-5, mains_hz=60.0, seed=4).sample(5.0, 1e-3, 20_000)[:, 0]
    frequency, power = welch(noise, fs=1000.0, nperseg=4000)
    assert frequency[np.argmax(power)] == pytest.approx(60.0, abs=0.5)
    assert np.ptp(noise) <= 2e-5


def test_drift_and_phase_go_on_across_calls_and_gaps() -> None:
    """Slow noise just after a call is what it was just before, and is new after a long gap."""
    noise = ReadoutNoise(pink_v=1.0, seed=5, contacts=3000)
    before = noise.sample(0.0, 1e-5, 1)[0]
    soon = noise.sample(1e-5, 1e-5, 1)[0]
    late = noise.sample(1e5, 1e-5, 1)[0]
    assert np.corrcoef(before, soon)[0, 1] > 0.98
    assert abs(np.corrcoef(before, late)[0, 1]) < 0.06
    mains = ReadoutNoise(mains_v=1.0, seed=6)
    joined = np.concatenate([mains.sample(0.0, 1e-4, 50), mains.sample(50e-4, 1e-4, 50)])[:, 0]
    assert np.abs(np.diff(joined)).max() < 2 * np.pi * 50 * 1e-4 + 0.01


def test_seed_and_order_of_time() -> None:
    make = lambda: ReadoutNoise(1e-6, 1e-6, 1e-6, seed=7)  # noqa: E731
    np.testing.assert_array_equal(make().sample(0, 1e-3, 100), make().sample(0, 1e-3, 100))
    noise = make()
    noise.sample(1.0, 1e-3, 10)
    with pytest.raises(ValueError, match="t0"):
        noise.sample(0.5, 1e-3, 10)
    with pytest.raises(ValueError, match="contacts"):
        ReadoutNoise(contacts=0)
