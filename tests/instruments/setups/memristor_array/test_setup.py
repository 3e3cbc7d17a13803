"""The memristor setup on its simulated benches: what is played, read, refused and left behind."""

import numpy as np
import pytest
from nado_lab.instruments.errors import (
    DisconnectedError,
    InstrumentError,
    InstrumentTimeout,
    InterlockError,
    LimitError,
    OverloadError,
    SetupError,
    StuckOutputError,
)
from nado_lab.instruments.setups import load_setup, open_setup, taken_down
from nado_lab.instruments.setups.load import config_from
from nado_lab.instruments.setups.memristor_array.pulses import Pulses
from nado_lab.sim_backend import open_bench
from nado_lab.sim_backend.samples.memristor_array import MemristorArray

PRESETS = ("sim:memristor", "sim:memristor-smu")


@pytest.fixture(params=PRESETS)
def opened(request):
    with bench_of(request.param) as pair:
        yield pair


class bench_of:
    """Open a preset on its bench, changed as asked."""

    def __init__(self, name="sim:memristor", changed=None, **options):
        self.config = load_setup(name)
        if changed:
            data = self.config.model_dump(mode="json")
            for table, values in changed.items():
                data[table] = {**data[table], **values} if isinstance(values, dict) else values
            self.config = config_from(data, "changed")
        self.bench = open_bench("memristor", specimen=1, **{**self.config.simulation, **options})

    def __enter__(self):
        self.setup = open_setup(self.config, self.bench.visa_library, self.bench.clock)
        return self.setup, self.bench

    def __exit__(self, *reason):
        self.setup.__exit__(*reason)
        self.bench.close()


def drive_for(setup, trials=2, steps=12, seed=0):
    sides = (len(setup.devices),) if setup.devices else ()
    return np.random.default_rng(seed).uniform(-1, 1, (trials, *sides, steps, 1))


def test_checks_pass_and_leave_the_outputs_off(opened):
    setup, bench = opened
    checks = setup.check()
    assert all(check.passed for check in checks), checks
    assert not any(check.warning for check in checks)
    assert "uA" in next(check.detail for check in checks if check.name.startswith("read pulse"))
    assert not bench.world.sources_on()
    assert np.all(bench.world.peak_v <= setup.config.pulse.read_v + 1e-9)


def test_responses_have_the_contracts_shapes_and_the_inputs_that_were_played(opened):
    setup, bench = opened
    drive = drive_for(setup)
    responses = list(setup.measure(drive))
    sides = (8,) if setup.devices else ()
    assert len(responses) == 2
    for response, trial in zip(responses, drive, strict=True):
        assert response.readout.shape == (*sides, 12, 2)
        assert response.initial.shape == (*sides, 2)
        assert response.waveform.shape == (*sides, 12, *setup.waveform_shape)
        np.testing.assert_allclose(response.input, setup.inputs_of(trial))
    assert bench.world.peak_v.max() == pytest.approx(setup.inputs_of(drive).max(), rel=1e-3)
    assert setup.channels == ("read", "write")
    assert setup.respond(drive).shape == (2, *sides, 12, 2)


def test_larger_voltages_leave_more_and_devices_do_not_disturb_each_other():
    with bench_of() as (setup, _):
        drive = np.full((1, 8, 10, 1), -1.0)
        drive[0, 3] = 0.6
        response = next(iter(setup.measure(drive)))
        read = response.readout[..., 0]
        assert read[3, -1] > 3 * read[3, 0] / 2
        others = np.delete(read, 3, axis=0)
        assert np.all(others[:, -1] < 1.2 * others[:, 0])


def test_a_trial_begins_at_rest_whatever_came_before(opened):
    setup, _ = opened
    strong = np.ones_like(drive_for(setup, 3))
    first = [response.initial[..., 0] for response in setup.measure(strong)]
    np.testing.assert_allclose(first[1], first[0], rtol=0.15)
    np.testing.assert_allclose(first[2], first[0], rtol=0.15)


def test_what_a_trial_takes_is_estimated(opened):
    setup, bench = opened
    setup.energise()
    for trials in (1, 12):
        before = bench.clock.now()
        list(setup.measure(drive_for(setup, trials)))
        taken = bench.clock.now() - before
        assert setup.estimate_s(trials, 12) == pytest.approx(taken, rel=0.15, abs=0.6)
    assert setup.reset.seconds > 0.4
    assert "0.4 s" in setup.reset.words


def test_eight_side_by_side_take_the_time_of_one():
    with bench_of() as (setup, _), bench_of("sim:memristor-smu") as (alone, _):
        side_by_side = setup.estimate_s(10, 100) / 8
        assert side_by_side < alone.estimate_s(10, 100) / 6


@pytest.mark.parametrize("name", PRESETS)
def test_limits_are_checked_before_anything_is_sent(name):
    with bench_of(name) as (setup, bench):
        volts = np.full_like(drive_for(setup), 1.01)
        with pytest.raises(LimitError, match=r"voltage 1\.01 V lies outside -1 to 1 V"):
            setup.measure(drive_for(setup), inputs=volts)
        with pytest.raises(LimitError, match="drive"):
            setup.measure(np.full_like(volts, 1.2))
        assert bench.world.peak_v.max() == 0.0
    with bench_of(name, {"pulse": {"read_v": 1.4}}) as (setup, _), pytest.raises(LimitError, match="read_v"):
        setup.measure(drive_for(setup))


def test_a_device_that_takes_too_much_is_named_and_everything_is_off():
    with bench_of(changed={"limits": {"max_amperes": 6e-5}}) as (setup, bench):
        with pytest.raises(OverloadError, match=r"m\d: .* A flowed, above the compliance of 6e-05 A"):
            list(setup.measure(np.ones((1, 8, 20, 1))))
        assert not bench.world.sources_on()
        assert not bench.world.sample.broken.any()


def test_the_meters_compliance_holds_and_is_told():
    with bench_of("sim:memristor-smu", {"limits": {"max_amperes": 1e-5}}) as (setup, bench):
        with pytest.raises(OverloadError, match="compliance of 1e-05 A held the voltage back"):
            list(setup.measure(np.ones((1, 20, 1))))
        assert bench.world.peak_a.max() < 1.1e-5
        assert not bench.device("meter").channels["smua"].core.output


def test_a_device_that_does_not_conduct_fails_the_check_by_its_name():
    with bench_of() as (setup, bench):
        bench.world.sample.matrix[2, 5] = 1e-9
        failed = [check for check in setup.check() if not check.passed]
        assert len(failed) == 1
        assert "m5 does not conduct" in failed[0].detail


@pytest.mark.parametrize(
    ("name", "fault"), [("sim:memristor-smu", "meter:open"), ("sim:memristor", "output:stuck")]
)
def test_a_bond_that_lifts_or_an_output_that_is_dead_is_no_data(name, fault):
    with bench_of(name) as (setup, bench):
        setup.energise()
        bench.set_fault(fault)
        with pytest.raises(InstrumentError, match="does not conduct"):
            list(setup.measure(drive_for(setup)))
        bench.clear_faults()
        assert setup.shutdown() == []
        assert not bench.world.sources_on()


@pytest.mark.parametrize(
    ("fault", "error"),
    [
        ("input:timeout", InstrumentTimeout),
        ("input:truncate", InstrumentTimeout),
        ("input:overload", OverloadError),
        ("input:disconnect@2", DisconnectedError),
        ("output:slow", InstrumentTimeout),
    ],
)
def test_faults_have_names_and_leave_everything_off(fault, error):
    with bench_of() as (setup, bench):
        setup.energise()
        bench.set_fault(fault)
        with pytest.raises(error):
            list(setup.measure(drive_for(setup)))
        bench.clock.sleep(2.0)
        bench.clear_faults()
        assert setup.shutdown() == []
        assert not bench.world.sources_on()


def test_an_output_that_is_stuck_is_noticed():
    with bench_of(changed={"limits": {"max_amperes": 1e-5, "max_volts": 1.0}}) as (setup, bench):
        setup.energise()
        bench.channels["output"].held[:] = 0.3
        bench.set_fault("output:stuck")
        with pytest.raises(StuckOutputError, match="still flow at the end"):
            list(setup.measure(drive_for(setup)))
        bench.clear_faults()
        setup.energise()
        setup.shutdown()
        assert not bench.world.sources_on()


def test_stop_and_interlock_end_a_measurement_safely(opened):
    setup, bench = opened
    asked = iter([False, False, True, True, True])
    assert list(setup.measure(drive_for(setup, 3, 400), should_stop=lambda: next(asked))) == []
    assert not bench.world.sources_on()
    setup.trip_interlock()
    with pytest.raises(InterlockError):
        list(setup.measure(drive_for(setup)))
    setup.clear_interlock()
    assert len(list(setup.measure(drive_for(setup)))) == 2


def test_bursts_do_not_depend_on_how_trials_are_batched():
    quiet = {"read_noise": 0.0, "drift": 0.0, "white_v": 0.0, "mains_v": 0.0}
    found = []
    for most in (1, 3):
        sample = MemristorArray(seed=1, quiet=True)
        with bench_of(changed={"burst_trials": most}, sample=sample, **quiet) as (setup, _):
            found.append(setup.respond(drive_for(setup, 3)))
    np.testing.assert_allclose(found[0], found[1], rtol=1e-3, atol=1e-8)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"devices": ["a", "b"]}, "8 channels for 2 devices"),
        ({"pulse": {"write_s": 0.52e-3}}, "10.4 samples"),
        ({"devices": ["a"] * 8}, "names of their own"),
        ({"limits": {"max_amperes": 1e-3}}, "beyond what the inputs can see"),
        ({"ports": [{"name": "field", "unit": "T", "low": 0.0, "high": 1.0}]}, "one port, a voltage in V"),
    ],
)
def test_setups_that_do_not_fit_together_are_refused(changed, told):
    with pytest.raises(SetupError, match=told):
        bench_of(changed=changed).__enter__()


def test_unknown_tables_are_refused():
    data = load_setup("sim:memristor").model_dump(mode="json")
    with pytest.raises(SetupError, match="sparkle"):
        config_from({**data, "sparkle": 1}, "changed")


def test_a_trial_too_long_for_the_memory_is_refused():
    with bench_of("sim:memristor-smu") as (setup, _), pytest.raises(SetupError, match="memory"):
        list(setup.measure(np.zeros((1, 100_000, 1))))


def test_pulses_read_back_what_they_wrote():
    pulses = Pulses(load_setup("sim:memristor").pulse, 0.4)
    inputs = np.random.default_rng(0).uniform(0.3, 0.8, (2, 8, 5))
    volts = pulses.volts(inputs)
    assert volts.shape == (2 * pulses.trial(5) + 1, 8)
    assert not volts[-1].any()
    readout = pulses.readout(pulses.frames(volts, 2))
    np.testing.assert_allclose(readout[:, :, 1:, 1], inputs)
    np.testing.assert_allclose(readout[:, :, :, 0], 0.15)
    np.testing.assert_allclose(readout[:, :, 0, 1], 0.0)


@pytest.mark.parametrize(
    ("name", "group"), [("sim:memristor", ("output",)), ("sim:memristor-smu", ("meter",))]
)
def test_whoever_makes_it_safe_knows_what_drives(name, group):
    config = load_setup(name)
    assert taken_down(config) == (group,)
    assert config.safe_state == "outputs at 0 V, off"
