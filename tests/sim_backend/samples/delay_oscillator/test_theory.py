from dataclasses import replace

import numpy as np
import pytest
from nado_lab.sim_backend.samples.delay_oscillator import DelayOscillator, LoopFilter, audio, fast, theory
from nado_lab.sim_backend.samples.delay_oscillator.parameters import EXPERIMENT_GAIN
from numpy.testing import assert_allclose


def test_fixed_points_of_the_map_solve_its_equation_and_are_all_there():
    points = theory.map_fixed_points(6.0, 0.3)
    assert_allclose(points, 6.0 * np.sin(points + 0.3) ** 2, atol=1e-9)
    assert len(points) == 3
    assert_allclose(theory.map_fixed_points(0.4, 0.0), [0.0], atol=1e-9)


def test_a_fixed_point_of_the_map_loses_stability_at_slope_minus_one():
    phase = 0.25 * np.pi
    slopes = {}
    for beta in np.arange(0.05, 3.0, 0.01):
        point = theory.map_fixed_points(beta, phase)[0]
        slopes[beta] = float(theory.map_slope(beta, phase, point))
    lost = next(beta for beta, slope in slopes.items() if slope < -1)
    assert theory.map_period(lost - 0.1, phase) == 1
    assert theory.map_period(lost + 0.1, phase) == 2


def test_the_map_doubles_its_period_and_has_a_window_of_period_three():
    periods = [theory.map_period(beta, np.pi / 4) for beta in np.arange(0.5, 4.0, 0.005)]
    firsts = [periods.index(period) for period in (1, 2, 4, 8)]
    assert firsts == sorted(firsts)
    assert 0 in periods
    assert 3 in periods[periods.index(0) :]


def test_a_long_delay_makes_the_map_of_the_loop_without_a_filter():
    """With a filter that is over within a sample, k interleaved maps x -> gain cos^2(x + phi)."""
    bare = replace(fast(gain=1.9), delay=7, filter=LoopFilter((1.0, 0.0, 0.0), (0.0, 0.0)), contrast=1.0)
    bare = bare.quiet()
    still = np.zeros((7 * 200, 1))
    loop = DelayOscillator(bare, spread=False)
    loop.advance(still + 0.3, still, 0.0)
    loop.advance(still, still, 0.0)
    phase = bare.phase.mean + np.pi / 2
    near = theory.map_fixed_points(1.9, phase)
    assert theory.map_period(1.9, phase) == 1
    assert np.min(np.abs(near - loop.loop_state[0, 0])) < 1e-9


@pytest.mark.parametrize("nodes", [1, 4])
def test_small_motion_dies_away_below_the_first_bifurcation_and_grows_above_it(nodes):
    first = theory.first_bifurcation(audio(nodes))
    assert -1.2 < first < -1.0
    for share, grows in ((0.97, False), (1.03, True)):
        parameters = audio(nodes, gain=share * first).quiet()
        loop = DelayOscillator(parameters, spread=False)
        kick = np.zeros((3400, nodes))
        kick[0] = 1e-4
        loop.advance(kick, np.zeros_like(kick), 0.0)
        early = np.max(np.abs(loop.loop_state))
        loop.advance(np.zeros_like(kick), np.zeros_like(kick), 0.0)
        late = np.max(np.abs(loop.loop_state))
        assert (late > early) == grows
        rate = (late / early) ** (1 / 100)
        assert_allclose(rate, theory.growth(parameters, parameters.gain), rtol=0.01)


def test_the_experiments_gain_and_coupling_lie_far_above_the_first_bifurcation():
    assert 3 * theory.first_bifurcation(audio()) > EXPERIMENT_GAIN
    assert abs(theory.first_bifurcation(audio(4, coupling=1.5))) < 0.25
    assert abs(audio().gain) < abs(theory.first_bifurcation(audio()))


def test_the_gain_of_the_published_fast_loop_lies_below_its_first_bifurcation():
    parameters = fast()
    x = theory.rest(parameters, parameters.gain)
    z = 2.5 * (x / 2.5) + 0.89 * np.pi
    assert_allclose(x, 0.75 * (0.5 - 0.5 * parameters.contrast * np.cos(2 * z)), atol=1e-9)
    assert theory.growth(parameters, parameters.gain) < 1
