from nado_lab.sim_backend.samples.delay_oscillator import audio, fast
from nado_lab.sim_backend.samples.delay_oscillator.survey import survey


def test_a_loop_is_at_rest_below_the_first_bifurcation_and_swings_above_it():
    below, near, above, far = survey(audio(), [-0.5, -0.95, -1.2, -3.8])
    assert below.swing < near.swing < 1e-3 < 0.1 < above.swing < far.swing <= 1
    assert 0 < below.memory_delays < near.memory_delays
    assert above.memory_delays is None
    assert below.growth < near.growth < 1 < above.growth


def test_the_fast_loop_is_surveyed_too():
    [chosen] = survey(fast(), [0.75])
    assert chosen.growth < 1
    assert chosen.swing < 1e-6
