import numpy as np
import pytest
from nado_lab import sim_backend
from nado_lab.instruments import InterlockError, LimitError, SetupError, load_setup, open_setup
from nado_lab.instruments.setups.config import SetupConfig
from nado_lab.instruments.setups.delay_oscillator.config import LaserConfig
from nado_lab.sim_backend.samples.delay_oscillator import DelayOscillator, audio
from numpy.testing import assert_allclose
from pydantic import ValidationError

NAME = "sim:delay-oscillator"
STILL = {"white_v": 0.0, "pink_v": 0.0, "mains_v": 0.0}


def changed(config, part, **values):
    return config.model_copy(update={part: getattr(config, part).model_copy(update=values)})


def open_on(bench, config=None):
    return open_setup(config or load_setup(NAME), visa_library=bench.visa_library, clock=bench.clock)


@pytest.fixture
def bench():
    opened = sim_backend.open_bench("delay_oscillator", specimen=3)
    yield opened
    opened.close()


@pytest.fixture
def setup(bench):
    with open_on(bench) as opened:
        yield opened


def drive_of(trials, steps, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, (trials, steps, 1))


def assert_safe(bench):
    bench.world.advance()
    assert not bench.world.sources_on()
    assert np.all(bench.world.source.idle_volts() == 0)


def test_what_is_measured_is_the_light_of_the_loop_at_its_virtual_nodes():
    bench = sim_backend.open_bench(
        "delay_oscillator", sample=DelayOscillator(audio().quiet(), spread=False), **STILL
    )
    twin = DelayOscillator(audio().quiet(), spread=False)
    with open_on(bench) as setup:
        drive = drive_of(2, 5)
        first, second = setup.measure(drive)
        volts = setup.waveform.volts(setup.inputs_of(drive))
    light = setup.waveform.trials(twin.advance(volts[:, :1], volts[:, 1:], 0.0), 2)[..., 0]
    assert_allclose(first.readout, light[0, 1:], atol=2e-3)
    assert_allclose(second.initial, light[1, 0], atol=2e-3)
    assert_allclose(first.waveform[..., 0], first.readout)
    assert_allclose(second.input, 1.5 * drive[1])


def test_a_trial_forgets_the_one_before():
    bench = sim_backend.open_bench(
        "delay_oscillator", sample=DelayOscillator(audio().quiet(), spread=False), **STILL
    )
    with open_on(bench) as setup:
        one, other, again = (r.readout for r in setup.measure(drive_of(3, 6)[[0, 1, 0]]))
    assert np.max(np.abs(one - other)) > 0.1
    assert_allclose(again, one, atol=3e-3)


def test_the_estimate_is_the_time_that_the_bench_takes(setup, bench):
    for trials, steps in ((1, 1), (7, 30), (300, 60)):
        began = bench.clock.now()
        assert len(list(setup.measure(drive_of(trials, steps)))) == trials
        assert setup.estimate_s(trials, steps) == pytest.approx(bench.clock.now() - began, rel=0.02, abs=0.07)
    slow = changed(setup.config, "timing", transfer_bytes_per_s=1e3)
    with open_on(bench, slow) as slower:
        assert slower.estimate_s(7, 30) > 10 * setup.estimate_s(7, 30)


def test_bursts_do_not_change_what_is_yielded(bench):
    short = changed(load_setup(NAME), "timing", max_burst_s=0.3)
    with open_on(bench, short) as setup:
        inputs = [response.input for response in setup.measure(drive_of(7, 8))]
    assert_allclose(np.stack(inputs), 1.5 * drive_of(7, 8))


def test_it_says_of_itself_what_it_is(setup):
    assert len(setup.channels) == len(setup.channel_units) == len(setup.channel_axis.values) == 34
    assert setup.channel_axis.unit == "s"
    assert setup.step_s == pytest.approx(34 / 24e3)
    assert setup.reset.seconds == pytest.approx(24 * 34 / 24e3)
    assert "24 delays" in setup.reset.words
    assert setup.waveform_shape == (34, 1)
    assert setup.respond(drive_of(6, 5).reshape(2, 3, 5, 1)).shape == (2, 3, 5, 34)


@pytest.mark.parametrize(
    ("part", "values", "told"),
    [
        ("limits", {"max_volts": 1.2}, "voltage 1.5 V lies outside -1.2 to 1.2 V"),
        ("limits", {"max_bias_v": 0.01}, "bias"),
        ("limits", {"max_duty": 0.3}, "duty"),
    ],
)
def test_limits_are_checked_before_anything_is_sent(bench, part, values, told):
    with open_on(bench, changed(load_setup(NAME), part, **values)) as setup:
        with pytest.raises(LimitError, match=told):
            setup.measure(np.ones((1, 3, 1)))
        bench.world.advance()
        assert not bench.world.sources_on()


def test_what_a_waveform_asks_for_stays_within_the_limits(setup, bench):
    list(setup.measure(drive_of(20, 20)))
    assert bench.world.peak_v[0] <= 1.5 + 1e-6
    assert bench.world.peak_v[1] == pytest.approx(abs(setup.waveform.bias_v[0]), abs=1e-3)


def test_however_it_ends_the_modulator_is_at_zero(setup, bench):
    list(setup.measure(drive_of(1, 3)))
    setup.shutdown()
    assert_safe(bench)
    assert len(list(setup.measure(drive_of(900, 40), should_stop=lambda: bench.clock.now() > 1.0))) < 900
    assert_safe(bench)
    play = setup.measure(drive_of(3, 3))
    next(play)
    play.close()
    assert_safe(bench)
    bench.set_fault("digitiser:truncate@0")
    with pytest.raises(Exception, match=r"digitiser|DMM|block"):
        list(setup.measure(drive_of(2, 3)))
    bench.clear_faults()
    assert_safe(bench)


def test_a_tripped_interlock_refuses(setup, bench):
    setup.trip_interlock()
    with pytest.raises(InterlockError):
        list(setup.measure(drive_of(1, 2)))
    assert_safe(bench)


def test_a_trial_longer_than_the_memory_is_refused_in_words(setup):
    with pytest.raises(SetupError, match="do not fit the memory"):
        list(setup.measure(np.zeros((1, 40_000, 1))))


def test_check_proves_bias_and_light_and_tells_of_a_bias_that_is_off(bench):
    with open_on(sim_backend.open_bench("delay_oscillator")) as setup:
        checks = setup.check()
    assert all(each.passed for each in checks)
    assert {"bias point", "light follows a low drive"} <= {each.name for each in checks}
    config = load_setup(NAME)
    lost = config.with_bias(0, {"phase_rad": config.bias[0].phase_rad + 0.6})
    with open_on(sim_backend.open_bench("delay_oscillator"), lost) as setup:
        [told] = [each for each in setup.check() if each.name == "bias point"]
    assert not told.passed
    assert "bias_scan" in told.detail


def test_a_scan_finds_the_bias_point_of_the_specimen(setup, bench):
    levels = setup.bias_levels()
    [found] = setup.bias_points(levels, setup.scan_bias(levels))
    sample = bench.world.sample
    assert found.phase_rad == pytest.approx(sample.phase_at(np.array([bench.clock.now()]))[0, 0], abs=0.01)
    assert found.half_wave_v == pytest.approx(sample.bias_half_wave_v[0], rel=0.01)
    with pytest.raises(LimitError, match="bias"):
        setup.scan_bias(np.array([0.0, 7.0]))
    bench.world.advance()
    assert not bench.world.sources_on() or not setup.shutdown()


def test_a_file_that_cannot_be_is_refused():
    config = load_setup(NAME)
    assert isinstance(config, SetupConfig)
    plain = config.model_dump()
    for wrong, told in (
        ({"bias": []}, "bias"),
        ({"bias": [*plain["bias"], *plain["bias"]]}, r"as many \[\[bias\]\]"),
        ({"ports": [{"name": "light", "unit": "W", "low": 0.0, "high": 1.0}]}, "unit V"),
        ({"limits": {"max_volts": -1.0, "max_bias_v": 1.0}}, "max_volts"),
    ):
        with pytest.raises(ValidationError, match=told):
            type(config).model_validate(plain | wrong)


def test_four_nodes_have_a_port_each_and_hear_their_neighbours_a_delay_later():
    config = load_setup("sim:delay-oscillator-4")
    bench = sim_backend.open_bench("delay_oscillator", **config.simulation)
    rng = np.random.default_rng(3)
    drive = np.zeros((1, 400, 4))
    drive[..., 0] = rng.choice([-1.0, 1.0], 400)
    with open_on(bench, config) as setup:
        assert all(each.passed for each in setup.check())
        [response] = setup.measure(drive)
        mask = setup.waveform.mask
    assert response.readout.shape == (400, 4 * 35)
    assert response.waveform.shape == (400, 35, 4)
    signal = drive[0, :, None, 0] * mask[:, 0]

    def follows(node, lag):
        light = response.waveform[lag:, :, node].ravel()
        return abs(np.corrcoef(signal[: 400 - lag].ravel(), light)[0, 1])

    assert follows(0, 0) > 0.9
    assert max(follows(node, 0) for node in (1, 2, 3)) < 0.1
    assert min(follows(node, 1) for node in (1, 3)) > 0.2 > follows(2, 1)


def test_roles_that_make_no_bench_are_told(bench):
    config = load_setup("sim:delay-oscillator")
    two = config.model_copy(update={"ports": config.ports * 2, "bias": config.bias * 2})
    with pytest.raises(SetupError, match="a generator drives one node"):
        open_on(bench, two)


class FakeLaser:
    """A laser that notes what it is asked for."""

    def __init__(self):
        self.asked, self.shines = [], False

    def prepare(self, wavelength_m, watts):
        self.asked.append((wavelength_m, watts))

    def emit(self):
        self.shines = True

    def emits(self):
        return self.shines


def test_a_laser_is_lit_after_the_modulators_and_its_own_interlock_ends_the_measurement(bench):
    config = load_setup(NAME)
    lit = config.model_copy(update={"laser": LaserConfig(wavelength_m=1550e-9, watts=2e-3)})
    with open_on(bench, lit) as setup:
        setup.laser = laser = FakeLaser()
        assert setup.interlocks() == ()
        list(setup.measure(drive_of(1, 3)))
        assert (laser.asked, laser.shines) == ([(1550e-9, 2e-3)], True)
        laser.shines = False
        with pytest.raises(InterlockError, match="laser: it is dark"):
            list(setup.measure(drive_of(1, 3)))
        assert_safe(bench)
    role = {"driver": "santec_tsl570", "address": "GPIB99::1::INSTR"}
    plain = config.model_dump()
    with pytest.raises(ValidationError, match="needs a table"):
        type(config).model_validate(plain | {"roles": plain["roles"] | {"laser": role}})
