"""The memristors against closed forms, the published numbers, and what must hold of their noise."""

from dataclasses import replace

import numpy as np
import pytest
from nado_lab.sim_backend.samples.memristor_array import MODELS, MemristorArray, nbox, tiox, wox
from nado_lab.sim_backend.samples.memristor_array import theory as paper


def held(array, volts, seconds, dt, **options):
    """Hold a voltage on all devices; return the current (tick, device)."""
    return array.advance(np.full((round(seconds / dt), array.devices), float(volts)), dt, **options)


@pytest.mark.parametrize("dt", [1e-5, 1e-3, 2e-2])
def test_decay_without_a_voltage_is_exponential_whatever_the_step(dt):
    array = MemristorArray(wox(), 2, quiet=True)
    array.state[0] = 0.8
    held(array, 0.0, 0.1, dt)
    np.testing.assert_allclose(array.state[0], 0.1 + 0.7 * np.exp(-2.0), rtol=1e-9)


@pytest.mark.parametrize(("volts", "per_ms"), [(1.0, 1.5), (1.2, 7.4), (1.5, 81.0)])
def test_growth_is_the_published_one(volts, per_ms):
    assert paper.film_growth(wox(), volts) * 1e-3 == pytest.approx(per_ms, rel=0.01)
    array = MemristorArray(wox(), 1, quiet=True)
    held(array, volts, 1e-6, 1e-7)
    assert (array.state[0, 0] - 0.1) / 1e-3 == pytest.approx(per_ms, rel=0.01)


@pytest.mark.parametrize("volts", [0.1, 0.3, 0.4, 1.2, -0.5])
def test_a_constant_voltage_leads_to_the_steady_share(volts):
    array = MemristorArray(wox(), 1, quiet=True)
    held(array, volts, 1.0, 1e-3)
    assert array.state[0, 0] == pytest.approx(float(paper.film_steady(wox(), volts)), rel=1e-6)


def test_small_signals_answer_linearly_as_a_low_pass():
    hertz, dt, swing = 5.0, 1e-4, 1e-4
    times = dt * np.arange(20_000)
    volts = 0.3 + swing * np.sin(2 * np.pi * hertz * times)
    array = MemristorArray(wox(), 1, quiet=True)
    array.state[0] = paper.film_steady(wox(), 0.3)
    path = np.empty(len(times))
    for tick, volt in enumerate(volts):
        array.advance(np.array([[volt]]), dt)
        path[tick] = array.state[0, 0]
    late = times >= 1.0
    wave = np.exp(-2j * np.pi * hertz * (times + dt / 2)[late])
    found = 2j * np.mean((path - path[late].mean())[late] * wave) / swing
    wanted = paper.film_small_signal(wox(), 0.3, hertz)
    assert abs(found - wanted) < 0.01 * abs(wanted)


@pytest.mark.parametrize("constants", [wox(), nbox()])
def test_loops_are_pinched_and_close_with_the_period(constants):
    areas = []
    peak = 0.9 if constants.window == 0 else 3.0
    for period in (1e-1, 1e-2, 1e-3, 1e-4, 1e-5, 1e-6):
        dt = period / 400
        volts = peak * np.sin(2 * np.pi * np.arange(1200) / 400)
        array = MemristorArray(constants, 1, quiet=True)
        amperes = array.advance(volts[:, None], dt)[-400:, 0]
        assert abs(amperes[0]) < 1e-9
        areas.append(paper.loop_area(volts[:200], amperes[:200]) / (peak * np.max(np.abs(amperes))))
    assert max(areas[:3]) > 0.02
    assert areas[-1] < 1e-3
    assert areas[-1] < areas[-2] < areas[-3]


@pytest.mark.parametrize(
    ("volts", "rest", "steady"), [(2.0, 109, 136), (2.25, 158, 201), (2.5, 230, 300), (3.0, 486, 693)]
)
def test_tiox_currents_at_rest_and_steady_are_the_published_ones(volts, rest, steady):
    array = MemristorArray(tiox(), 1, quiet=True)
    amperes = held(array, volts, 0.5, 20e-6)[:, 0]
    assert amperes[0] * 1e6 == pytest.approx(rest, abs=0.6)
    assert amperes[-1] * 1e6 == pytest.approx(steady, abs=0.6)
    assert array.state[:, 0] == pytest.approx(paper.pair_steady(tiox(), volts), rel=1e-6)


@pytest.mark.parametrize(("name", "volts", "seconds"), [("nbox", 4.0, 0.02), ("tiox", 2.5, 2e-3)])
def test_integration_is_of_fourth_order(name, volts, seconds):
    def end(share):
        array = MemristorArray(MODELS[name](), 1, quiet=True, share=share)
        held(array, volts, seconds, seconds)
        return array.state[0, 0]

    exact = end(0.005)
    errors = np.abs([end(share) - exact for share in (0.8, 0.4, 0.2)])
    orders = np.log2(errors[:-1] / errors[1:])
    assert np.all(orders > 3.5)
    assert np.all(orders < 5.5)
    assert abs(end(0.1) - exact) < 1e-6


def test_a_device_asked_for_too_much_breaks_for_good_and_the_compliance_prevents_it():
    array = MemristorArray(wox(), 2, quiet=True)
    amperes = held(array, 1.6, 5e-3, 1e-5, limits=np.array([1e-3, np.inf]))
    assert array.broken.tolist() == [False, True]
    assert np.max(amperes[:, 0]) == pytest.approx(1e-3, rel=1e-6)
    array.forget()
    after = held(array, 0.2, 1e-3, 1e-5)
    assert after[-1, 1] == pytest.approx(2e-3)
    assert after[-1, 0] < 1e-5


def test_devices_of_a_specimen_differ_and_stay_the_same():
    first, again, other = MemristorArray(seed=3), MemristorArray(seed=3), MemristorArray(seed=4)
    np.testing.assert_array_equal(first.matrix, again.matrix)
    assert np.all(first.tau_s != other.tau_s)
    many = MemristorArray(devices=4000, seed=1)
    assert np.std(np.log(many.tau_s)) == pytest.approx(0.1, rel=0.05)
    np.testing.assert_allclose(MemristorArray(tiox(), 9).matrix[2], tiox().k3)


@pytest.mark.parametrize("dt", [5e-6, 5e-5])
def test_increments_of_a_pulse_differ_by_the_noise_of_a_cycle_whatever_the_step(dt):
    chosen = wox()
    alike = replace(chosen, disturbance=replace(chosen.disturbance, spread=0.0, trap_height=0.0))
    array = MemristorArray(alike, 4000, seed=2)
    held(array, 0.0, 0.02, 1e-3)
    held(array, 0.8, 5e-4, dt)
    grown = array.state[0] - 0.1
    assert 0.01 < np.std(grown) / np.mean(grown) < 0.03


def test_traps_are_rare_and_small():
    array = MemristorArray(wox(), 1000, seed=5)
    array.matrix[:] = array.matrix[:, :1]
    held(array, 0.0, 200.0, 0.1)
    amperes = held(array, 0.2, 1e-5, 1e-5)[0]
    raised = amperes > 1.1 * np.median(amperes)
    assert np.mean(raised) == pytest.approx(2.0 / 62.0, abs=0.02)


def test_warmth_forgets_faster():
    array = MemristorArray(wox(), 1, quiet=True)
    array.set_temperature(313.0)
    assert 0.3 < array.tau_s[0] / 50e-3 < 0.6
    array.set_temperature(293.0)
    assert array.tau_s[0] == pytest.approx(50e-3)


@pytest.mark.parametrize("name", ["wox", "nbox", "tiox"])
def test_the_present_current_is_that_of_the_next_tick(name):
    array = MemristorArray(MODELS[name](), 3, seed=1, quiet=name == "tiox")
    held(array, 0.7 if name == "wox" else 2.0, 2e-3, 1e-5)
    found = array.amperes(0.4)
    np.testing.assert_allclose(found, held(array, 0.4, 1e-9, 1e-9)[0], rtol=1e-9)
    assert array.amperes(0.0).tolist() == [0.0] * 3
    assert all(len(values) == 3 for values, _ in array.states().values())


def test_wrong_shapes_are_named():
    with pytest.raises(ValueError, match=r"\(tick, 8\)"):
        MemristorArray().advance(np.zeros((5, 2)), 1e-3)
    with pytest.raises(ValueError, match="one device"):
        MemristorArray(devices=0)
