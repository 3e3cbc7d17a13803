import json

import numpy as np
import pytest
from nado_lab import sim_backend
from nado_lab.instruments import (
    InterlockError,
    LimitError,
    StuckOutputError,
    TrialEndedError,
    load_setup,
    open_setup,
)
from nado_lab.sim_backend.benches.spin_vortex_ice.world import VOLTS_PER_UNIT
from nado_lab.sim_backend.samples.spin_vortex_ice import SpinVortexIce


@pytest.fixture
def bench():
    opened = sim_backend.open_bench("asvi", specimen=3, size=6)
    yield opened
    opened.close()


def open_on(bench, config=None):
    return open_setup(config or load_setup("sim:asvi"), visa_library=bench.visa_library, clock=bench.clock)


@pytest.fixture
def setup(bench):
    with open_on(bench) as opened:
        yield opened


def assert_safe(bench):
    assert not bench.world.field().any()
    assert not bench.world.sources_on()
    assert bench.world.peak_slew < 4.0


class Recorder:
    """An ice that notes the fields it is shown and answers with a line at 5 GHz as high as the last."""

    def __init__(self):
        self.fields = []

    def apply(self, field_tesla):
        self.fields.append(field_tesla)

    def measured_spectrum(self, frequencies_hz):
        return 10 * self.fields[-1] * np.exp(-(((frequencies_hz - 5e9) / 1e9) ** 2))


def test_the_sample_sees_the_turning_points_of_the_field_and_nothing_between():
    ice = Recorder()
    bench = sim_backend.open_bench("asvi", sample=ice)
    with open_on(bench) as setup:
        list(setup.measure(np.zeros((1, 2, 1)), inputs=np.array([[[20e-3], [22e-3]]])))
    centre = load_setup("sim:asvi").ports[0].middle
    turns = [-60e-3, -centre, 20e-3, -20e-3, 22e-3, -22e-3]
    np.testing.assert_allclose(ice.fields[: len(turns)], turns, atol=1e-5)


def test_the_spectrum_is_that_of_the_sample_at_minus_h():
    bench = sim_backend.open_bench("asvi", sample=Recorder())
    with open_on(bench) as setup:
        [response] = setup.measure(np.zeros((1, 1, 1)), inputs=np.array([[[20e-3]]]))
        wanted = 10 * -20e-3 * np.exp(-(((setup.frequencies - 5e9) / 1e9) ** 2)) * VOLTS_PER_UNIT
    np.testing.assert_allclose(response.readout[0], wanted, atol=8e-7)
    np.testing.assert_allclose(response.waveform[0, :, 0], [20e-3, -20e-3], atol=5e-5)


def test_shapes_channels_and_frequencies(setup):
    readout = setup.respond(np.zeros((1, 2, 2, 1)))
    assert readout.shape == (1, 2, 2, 395)
    assert len(setup.channels) == len(setup.channel_units) == len(setup.frequencies) == 395
    assert setup.waveform_shape == (2, 1)
    np.testing.assert_allclose(np.diff(setup.frequencies), 20e6)


def test_the_ice_remembers(setup):
    """Under the same field, loop after loop, the spectrum moves on: vortices accumulate."""
    readout = setup.respond(np.zeros((3, 40, 1)))
    first, last = readout[:, 0], readout[:, -1]
    scatter = np.std(first - first.mean(axis=0))
    assert np.std(last.mean(axis=0) - first.mean(axis=0)) > 2 * scatter


@pytest.mark.parametrize(("field", "told"), [(66e-3, "field"), (-1e-3, "field"), (np.nan, "finite")])
def test_limits_raise_before_anything_is_sent(setup, bench, field, told):
    written = []
    for role in bench.roles:
        bench.gate(role).write = written.append
    with pytest.raises(LimitError, match=told):
        setup.measure(np.zeros((1, 2, 1)), inputs=np.full((1, 2, 1), field))
    assert written == []
    for role in bench.roles:
        del bench.gate(role).write


def test_slew_and_current_limits_of_the_supply_count(bench):
    config = load_setup("sim:asvi")
    fast = config.roles["supply"].model_copy(update={"limits": {"slew_amperes_per_s": 900.0}})
    weak = config.roles["supply"].model_copy(update={"limits": {"max_amperes": 5.0}})
    for supply, told in ((fast, "slew"), (weak, "current")):
        with (
            open_on(bench, config.model_copy(update={"roles": {**config.roles, "supply": supply}})) as setup,
            pytest.raises(LimitError, match=told),
        ):
            setup.measure(np.zeros((1, 2, 1)))


@pytest.mark.parametrize("polls", [0, 3, 40])
def test_stop_leaves_the_field_at_zero(setup, bench, polls):
    count = iter(range(10_000))
    assert list(setup.measure(np.zeros((2, 3, 1)), should_stop=lambda: next(count) >= polls)) == []
    assert_safe(bench)


def test_a_field_that_is_not_what_was_asked_for_is_noticed(setup, bench):
    bench.world.tesla_per_ampere *= 1.1
    with pytest.raises(StuckOutputError, match="gaussmeter"):
        list(setup.measure(np.zeros((1, 1, 1))))
    assert_safe(bench)


def test_check_and_snapshot(setup, bench):
    assert all(check.passed for check in setup.check())
    json.dumps(setup.snapshot())
    assert_safe(bench)


def test_the_other_lock_in_measures_the_same():
    spectra = []
    for name in ("sr860", "sr830"):
        bench = sim_backend.open_bench("asvi", sample=Recorder(), lockin=name)
        config = load_setup("sim:asvi")
        role = config.roles["lockin"].model_copy(update={"driver": name, "address": bench.roles["lockin"][0]})
        with open_on(bench, config.model_copy(update={"roles": {**config.roles, "lockin": role}})) as setup:
            spectra.append(setup.respond(np.zeros((1, 1, 1)))[0, 0])
        assert_safe(bench)
    np.testing.assert_allclose(spectra[0], spectra[1], atol=8e-7)


def test_the_bench_plays_the_default_sample():
    assert isinstance(sim_backend.open_bench("asvi", size=2).world.sample, SpinVortexIce)


def test_steps_that_are_asked_for_give_what_a_whole_trial_gives():
    """The ice takes its steps one by one anyhow, and its field waits where it is for the next one."""
    drive = np.random.default_rng(0).uniform(-1, 1, (3, 1))
    answers = []
    for _ in range(2):
        bench = sim_backend.open_bench("asvi", specimen=3, size=6)
        with open_on(bench) as setup:
            if not answers:
                answers.append(next(setup.measure(drive[None])).readout)
                continue
            with setup.begin() as trial:
                answers.append(np.array([trial.step(each) for each in drive]))
                assert trial.last.played.waveform.shape == (2, 1)
                assert trial.last.late_s < 0.01 * setup.step_period_s
            assert_safe(bench)
    np.testing.assert_allclose(answers[1], answers[0])


def test_coils_that_get_too_hot_between_two_steps_end_the_trial_before_the_next(bench, setup):
    with setup.begin() as trial:
        trial.step([0.0])
        bench.set_fault("supply:overtemperature")
        with pytest.raises(InterlockError, match="supply"):
            trial.step([1.0])
        with pytest.raises(TrialEndedError, match="over: supply"):
            trial.step([0.0])
    bench.clear_faults()
    setup.shutdown()
    assert not bench.world.field().any()
    assert not bench.world.sources_on()
