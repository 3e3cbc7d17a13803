"""Lines, modes and noise of the resonance spectrum."""

import numpy as np
import pytest
from nado_lab.sim_backend.samples.spin_vortex_ice import PRESETS, Preset, SpinVortexIce
from nado_lab.sim_backend.samples.spin_vortex_ice.spectrum import line_spectrum

CHANNEL = np.arange(2e9, 12e9, 20e6)


def lorentzian(centre: float, width: float) -> np.ndarray:
    return 1 / (1 + ((CHANNEL - centre) / width) ** 2)


def test_line_is_the_derivative_of_a_lorentzian() -> None:
    """dP/dB = dP/df0 df0/dB, with df0/dB the weight."""
    width, centre, step = 0.2e9, 6.9e9, 1e4
    exact = (lorentzian(centre + step, width) - lorentzian(centre - step, width)) / (2 * step)
    line = line_spectrum(np.array([centre]), np.array([3.0]), width, CHANNEL)
    np.testing.assert_allclose(line, 3.0 * exact, atol=3e-3 * np.abs(3 * exact).max())


def test_shared_bins_are_the_sum_of_lines() -> None:
    rng = np.random.default_rng(0)
    centre, weight = rng.normal(7e9, 0.5e9, 300), rng.normal(size=300)
    alone = sum(
        line_spectrum(one, part, 0.2e9, CHANNEL)
        for one, part in zip(centre[:, None], weight[:, None], strict=True)
    )
    exact = sum(
        part * 2 * (CHANNEL - one) / 0.2e9**2 * lorentzian(one, 0.2e9) ** 2
        for one, part in zip(centre, weight, strict=True)
    )
    together = line_spectrum(centre, weight, 0.2e9, CHANNEL)
    np.testing.assert_allclose(together, alone, atol=3e-3 * np.abs(alone).max())
    np.testing.assert_allclose(together, exact, atol=3e-3 * np.abs(exact).max())


def centre_of_line(ice: SpinVortexIce, field: float, near_hz: float) -> float:
    """Return where the strongest line near a frequency changes sign, in Hz."""
    channel = np.arange(near_hz - 0.6e9, near_hz + 0.6e9, 2e6)
    signal = ice.spectrum(channel, field)
    top, bottom = sorted((int(np.argmax(signal)), int(np.argmin(signal))))
    return float(np.interp(0.0, -signal[top:bottom], channel[top:bottom]))


def test_modes_shift_with_the_field_along_the_bars() -> None:
    """Saturated bars: the line moves by slope times the field along the bar, up along the moment."""
    ice = SpinVortexIce(Preset.MS, seed=1)
    slope = PRESETS[Preset.MS].thin_bar.slope_hz_per_t * np.cos(np.pi / 4)
    near = 8.7e9 + slope * 15e-3
    shift = centre_of_line(ice, -20e-3, near) - centre_of_line(ice, -10e-3, near)
    assert shift == pytest.approx(slope * 10e-3, rel=0.05)


def test_wide_and_thin_bars_have_lines_of_their_own() -> None:
    ice = SpinVortexIce(Preset.WM, seed=1)
    ice.field_loop(24e-3)
    signal = ice.spectrum()
    wide = np.abs(signal[np.abs(ice.frequencies_hz - 7.6e9) < 0.3e9]).max()
    thin = np.abs(signal[np.abs(ice.frequencies_hz - 9.3e9) < 0.3e9]).max()
    between = np.abs(signal[np.abs(ice.frequencies_hz - 5.5e9) < 0.3e9]).max()
    assert wide > thin > 5 * between


def test_vortices_take_from_the_wide_line() -> None:
    before, after = (SpinVortexIce(Preset.WM, seed=2) for _ in range(2))
    before.field_loop(20e-3)
    for _ in range(15):
        after.field_loop(20e-3)
    lost = 1 - np.ptp(after.spectrum()) / np.ptp(before.spectrum())
    assert lost == pytest.approx(after.vortex_share - before.vortex_share, abs=0.12)
    assert lost > 0.05


def test_noise_has_its_size_and_length_and_is_new_each_time() -> None:
    ice = SpinVortexIce(Preset.WM, size=2)
    noise = np.stack([ice.spectrum_noise() for _ in range(400)])
    size = ice.parameters.spectrum.noise
    np.testing.assert_allclose(noise.std(), size, rtol=0.05)
    neighbours = np.mean(noise[:, 1:] * noise[:, :-1]) / size**2
    assert neighbours == pytest.approx(np.exp(-((20e6 / 60e6) ** 2) / 4), abs=0.04)
    assert abs(np.mean(noise[:, 20:] * noise[:, :-20]) / size**2) < 0.05
    assert abs(np.mean(noise[1:] * noise[:-1]) / size**2) < 0.05


def test_mountings_differ_in_gain_offset_and_modes() -> None:
    peaks = np.random.default_rng(0).uniform(18e-3, 23.5e-3, 40)
    first = SpinVortexIce(Preset.WM, seed=0, run=0)
    assert first.mounting == (1.0, 0.0, 0.0)
    reference = first.replay(peaks).mean(axis=0)
    for run in (1, 2, 3):
        ice = SpinVortexIce(Preset.WM, seed=0, run=run)
        assert 0.66 <= ice.mounting.gain <= 1.0
        mean = ice.replay(peaks).mean(axis=0)
        assert 0.9 < np.corrcoef(mean, reference)[0, 1] < 0.9999
        scale = np.std(mean) / np.std(reference)
        assert scale == pytest.approx(ice.mounting.gain, abs=0.03)


def test_measured_spectrum_is_signal_and_noise() -> None:
    one, other = (SpinVortexIce(Preset.WM, size=4, seed=5, run=2) for _ in range(2))
    for ice in (one, other):
        ice.field_loop(21e-3)
    gain, offset, shift = one.mounting
    rest = one.measured_spectrum() - other.spectrum_noise()
    np.testing.assert_allclose(rest, gain * one.spectrum(one.frequencies_hz - shift) + offset)
