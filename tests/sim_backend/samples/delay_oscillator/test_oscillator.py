from dataclasses import replace

import numpy as np
import pytest
from nado_lab.sim_backend.samples.delay_oscillator import (
    DelayOscillator,
    audio,
    band_pass,
    fast,
    low_pass,
    theory,
)
from nado_lab.sim_backend.samples.delay_oscillator.drift import PhaseDrift
from numpy.testing import assert_allclose
from scipy.signal import butter, lfilter


def published(signal, gain, delay, phase):
    """The recursion of physics.md, word by word, in rad and in plain Python."""
    b, a = butter(1, [100, 2500], "bandpass", fs=24e3)
    x, y = np.zeros(len(signal) + 2), np.zeros(len(signal) + 2)
    for n in range(2, len(x)):
        back = y[n - delay] if n - delay >= 2 else 0.0
        x[n] = back + signal[n - 2]
        y[n] = -a[1] * y[n - 1] - a[2] * y[n - 2]
        y[n] += gain * b[0] * (np.cos(x[n] + phase) ** 2 - np.cos(x[n - 2] + phase) ** 2)
    return x[2:]


def test_the_loop_is_the_published_recursion():
    parameters = replace(audio(gain=-3.8), contrast=1.0).quiet()
    signal = np.random.default_rng(1).normal(size=400)
    volts = signal[:, None] * 2 * parameters.half_wave_v / np.pi
    light = DelayOscillator(parameters, spread=False).advance(volts, np.zeros_like(volts), 0.0)
    wanted = np.cos(published(signal, -3.8, 34, np.pi / 4) + np.pi / 4) ** 2
    assert_allclose(light[:, 0] / parameters.photodiode.full_volts, wanted, atol=1e-9)


def test_two_coupled_nodes_mix_what_comes_back():
    parameters = replace(audio(2, gain=-0.9, coupling=0.3), contrast=1.0).quiet()
    volts = np.zeros((100, 2))
    volts[0, 0] = 1e-3
    loop = DelayOscillator(parameters, spread=False)
    loop.advance(volts[:34], volts[:34] * 0, 0.0)
    once = loop.loop_state.copy()
    seen = loop.advance(volts[34:68], volts[34:68] * 0, 0.0) / parameters.photodiode.full_volts
    mixed = np.stack([0.7 * once[:, 0], 0.3 * once[:, 0]], axis=1)
    assert np.max(np.abs(once[:, 1])) == 0
    assert_allclose(seen, np.cos(mixed + np.pi / 4) ** 2, atol=1e-12)


def test_small_drives_are_answered_linearly_as_the_transfer_function_says():
    parameters = audio().quiet()
    loop = DelayOscillator(parameters, spread=False)
    hertz, ticks = 24e3 / 60, 60 * 200
    swing = 1e-4 * np.cos(2 * np.pi * hertz * np.arange(ticks) / 24e3)[:, None]
    light = loop.advance(swing, np.zeros_like(swing), 0.0)[-6000:, 0] / parameters.photodiode.full_volts
    turned = np.exp(-2j * np.pi * hertz * np.arange(ticks - 6000, ticks) / 24e3)
    found = 2 * np.mean((light - light.mean()) * turned) / (1e-4 * np.pi / 2 / parameters.half_wave_v)
    z = np.exp(2j * np.pi * hertz / 24e3)
    steep = theory.slope(parameters, 0.0)
    around = parameters.gain * steep * parameters.filter.response(z) * z**-34
    assert abs(found - steep / (1 - around)) < 1e-3 * abs(found)


def test_the_band_pass_lets_no_constant_through_and_keeps_the_energy_of_its_band():
    made = band_pass(24e3, 100.0, 2500.0)
    assert made.at_rest == pytest.approx(0.0, abs=1e-12)
    half = np.abs(made.response(np.exp(2j * np.pi * np.array([100.0, 2500.0]) / 24e3))) ** 2
    assert_allclose(half, 0.5, rtol=1e-9)
    pulse = lfilter([*made.b], [1, *made.a], np.eye(1, 20000)[0])
    omega = 2 * np.pi * np.arange(20000) / 20000
    assert_allclose(np.sum(pulse**2), np.mean(np.abs(made.response(np.exp(1j * omega))) ** 2), rtol=1e-9)


def test_the_low_pass_is_the_exact_solution_for_a_held_light():
    made = low_pass(1e6, 3e-6)
    y = lfilter([*made.b], [1, *made.a], np.ones(10))
    assert_allclose(y, 1 - np.exp(-np.arange(1, 11) / 3), rtol=1e-12)


def test_the_fast_loop_rests_at_the_fixed_point_of_its_map():
    parameters = fast().quiet()
    still = np.zeros((400 * 60, 1))
    loop = DelayOscillator(parameters, spread=False)
    loop.advance(still, still, 0.0)
    assert_allclose(loop.loop_state, theory.rest(parameters, parameters.gain), atol=1e-9)


def test_light_has_the_noise_of_intensity_shots_and_load_and_x_that_of_d():
    diode = audio().photodiode
    _, shot, thermal = diode.variances(12e3, 293.0)
    assert shot == pytest.approx(2 * 1.602e-19 * 12e3 / 0.9e-3, rel=1e-3)
    assert thermal == pytest.approx(4 * 1.381e-23 * 293 * 12e3 / 1e3 / 0.9e-3**2, rel=1e-3)
    bright = replace(diode, intensity_noise_per_hz=1e-8)
    open_loop = replace(audio(gain=-1e-9), dynamical_noise=1e-12, bits=0, photodiode=bright)
    still = np.zeros((20000, 1))
    light = DelayOscillator(open_loop, spread=False).advance(still, still, 0.0) / bright.full_volts
    variances = bright.variances(12e3, 293.0)
    wanted = variances[0] * light.mean() ** 2 + variances[1] * light.mean() + variances[2]
    assert np.var(light) == pytest.approx(wanted, rel=0.05)
    noisy = replace(open_loop, dynamical_noise=1e-3, photodiode=diode)
    light = DelayOscillator(noisy, spread=False).advance(still, still, 0.0) / diode.full_volts
    assert np.std(light) == pytest.approx(np.sqrt(2e-3) * 0.98, rel=0.05)


def test_the_converter_of_the_loop_counts():
    coarse = replace(audio().quiet(), bits=4)
    loop = DelayOscillator(coarse, spread=False)
    ramp = np.linspace(-2, 2, 300)[:, None]
    loop.advance(ramp, np.zeros_like(ramp), 0.0)
    counts = loop._lights / (1.25 / 16)
    assert_allclose(counts, np.rint(counts), atol=1e-9)


def test_a_seed_is_a_specimen_and_a_noise_seed_a_realisation():
    still = np.zeros((500, 1))

    def seen(**of):
        return DelayOscillator(**of).advance(still, still, 0.0)

    assert np.array_equal(seen(seed=3), seen(seed=3))
    assert not np.array_equal(seen(seed=3), seen(seed=3, noise_seed=4))
    first, other = DelayOscillator(seed=3), DelayOscillator(seed=3, noise_seed=4)
    assert first.phase == other.phase
    assert DelayOscillator(seed=4).phase != first.phase


def test_how_the_time_is_cut_changes_nothing():
    rng = np.random.default_rng(5)
    volts = rng.normal(size=(4800, 4))
    one, many = DelayOscillator(audio(4), seed=1), DelayOscillator(audio(4), seed=1)
    whole = one.advance(volts, volts, 100.0)
    cuts = [(volts[i : i + 37], 100.0 + i / 24e3) for i in range(0, 4800, 37)]
    pieces = np.concatenate([many.advance(part, part, time_s) for part, time_s in cuts])
    assert_allclose(pieces, whole, atol=1e-9)


def test_the_phase_wanders_as_an_ornstein_uhlenbeck_path_that_is_one_path():
    drift = PhaseDrift(0.1, 50.0, 200, seed=2)
    times = np.arange(0, 2000, 0.5)
    path = np.concatenate([drift.at(times[i : i + 100]) for i in range(0, len(times), 100)])
    again = PhaseDrift(0.1, 50.0, 200, seed=2).at(times)
    assert_allclose(path, again, atol=1e-12)
    assert np.all(path[0] == 0)
    late = path[1000:]
    assert np.std(late) == pytest.approx(0.1, rel=0.05)
    apart = np.mean(late[:-100] * late[100:]) / np.mean(late**2)
    assert apart == pytest.approx(np.exp(-1), rel=0.1)


def test_bias_voltage_and_temperature_move_the_phase():
    parameters = audio().quiet()
    loop = DelayOscillator(parameters, spread=False)
    still = np.zeros((10, 1))
    quarter = loop.advance(still, still + parameters.bias_half_wave_v / 2, 0.0)[-1, 0]
    assert quarter / parameters.photodiode.full_volts == pytest.approx(0.5 - 0.49, abs=1e-6)
    loop.set_temperature(303.0)
    assert loop.phase_at(np.zeros(1))[0, 0] == pytest.approx(np.pi / 4 + 0.2)


def test_shapes_that_do_not_fit_are_refused_in_words():
    with pytest.raises(ValueError, match=r"\(tick, 1\)"):
        DelayOscillator().advance(np.zeros((5, 2)), np.zeros((5, 2)), 0.0)
    with pytest.raises(ValueError, match="1 to 4 nodes"):
        audio(5)


def test_it_names_its_inner_states_a_node_each():
    loop = DelayOscillator(audio(4).quiet(), spread=False)
    still = np.zeros((10, 4))
    loop.advance(still, still + 1.0, 0.0)
    states = loop.states()
    assert {name: unit for name, (_, unit) in states.items()} == {
        "light": "V",
        "phase": "rad",
        "feedback": "rad",
    }
    assert all(values.shape == (4,) for values, _ in states.values())
    assert_allclose(states["phase"][0], np.pi / 4 + np.pi / 2 / 5.0)
