import json

import numpy as np
import pytest
from nado_lab import instruments, sim_backend
from nado_lab.instruments import InterlockError, LimitError, SetupError, load_setup, open_setup
from nado_lab.instruments.setups.nanoring.config import Axis
from nado_lab.sim_backend.benches.nanoring.coils import Coil
from nado_lab.sim_backend.devices import KeysightDSOX1102G
from nado_lab.sim_backend.noise import ReadoutNoise
from nado_lab.sim_backend.samples.nanoring import NanoringArray

from tests.instruments.setups.nanoring.calibrate import calibrate_axis

QUIET = {"white_v": 0.0, "pink_v": 0.0, "mains_v": 0.0}
STEPPED = {"mode": "stepped"}


def open_on(bench, config=None):
    return open_setup(
        config or load_setup("sim:nanoring"), visa_library=bench.visa_library, clock=bench.clock
    )


@pytest.fixture
def bench():
    opened = sim_backend.open_bench("nanoring", specimen=3, size=4, **QUIET)
    yield opened
    opened.close()


@pytest.fixture
def setup(bench):
    with open_on(bench) as opened:
        yield opened


def assert_safe(bench):
    np.testing.assert_array_equal(bench.world.field(), 0.0)
    assert not bench.world.sources_on()
    assert bench.world.peak_slew < 25.0


def drive_of(trials, steps, seed=0):
    return np.random.default_rng(seed).uniform(-1, 1, (trials, steps, 1))


def test_measured_harmonics_are_those_of_the_sample(setup, bench):
    """The same field, played to a second sample of the same seed, gives the voltages of the whole chain."""
    field = np.array([[3.4e-3, 1.5e-3, 3.6e-3, 1.0e-3]])
    [response] = setup.measure(np.zeros((1, 4, 1)), inputs=field[..., None])
    twin = NanoringArray(size=4, contacts=2, seed=3)
    wave = setup.waveform.field(field)
    ohms = twin.advance(wave, 1 / setup.waveform.rate_hz)[2 * 64 : 6 * 64].reshape(4, 64, 2)
    phi = setup.waveform.angles()
    found = response.readout.reshape(4, 2, 5)
    volts = ohms * 1e-3
    coherent = [0, 2]
    np.testing.assert_allclose(found[coherent, :, 0], volts.mean(axis=1)[coherent], rtol=2e-4)
    second = 2 * np.mean(volts * np.cos(2 * phi)[None, :, None], axis=1)
    np.testing.assert_allclose(found[coherent, :, 3], second[coherent], atol=4e-5)
    np.testing.assert_allclose(response.waveform[0], volts[0], atol=2e-4)
    np.testing.assert_allclose(response.input[:, 0], field[0])


def test_initial_state_is_set_by_the_saturating_pulse(setup):
    responses = list(setup.measure(drive_of(6, 5)))
    initial = np.stack([r.initial for r in responses])
    np.testing.assert_allclose(initial, np.broadcast_to(initial[0], initial.shape), atol=2e-6)


def test_respond_keeps_leading_dimensions_and_is_a_device(setup):
    readout = setup.respond(drive_of(6, 5).reshape(2, 3, 5, 1))
    assert readout.shape == (2, 3, 5, 10)
    assert len(setup.channels) == len(setup.channel_units) == 10
    assert np.all(np.isfinite(readout))


def test_batches_do_not_change_what_is_yielded(bench):
    config = load_setup("sim:nanoring")
    short = config.model_copy(update={"timing": config.timing.model_copy(update={"max_burst_s": 0.5})})
    with open_on(bench, short) as setup:
        drive = drive_of(5, 6)
        responses = list(setup.measure(drive))
        assert len(responses) == 5
        np.testing.assert_allclose([r.input for r in responses], setup.inputs_of(drive))


def test_drive_map_and_its_inverse(setup):
    drive = np.linspace(-1, 1, 5)
    np.testing.assert_allclose(setup.drives_of(setup.inputs_of(drive)), drive, atol=1e-12)
    np.testing.assert_allclose(setup.inputs_of([[-1], [0], [1]])[:, 0], [1.6e-3, 2.6e-3, 3.6e-3])
    assert setup.step_s == pytest.approx(1 / 37)


@pytest.mark.parametrize(
    ("drive", "field", "told"),
    [
        (1.01, None, "drive"),
        (np.nan, None, "drive"),
        (0.0, 10.5e-3, "field"),
        (0.0, -1e-3, "field"),
        (0.0, "jump", "slew"),
        (0.0, 9.5e-3, "duty"),
    ],
)
def test_every_limit_raises_before_anything_is_sent(setup, bench, drive, field, told):
    written = []
    for _, device in bench.roles.values():
        device.write = written.append
    shape = np.full((2, 20, 1), 0.0)
    shape[1, 3] = drive
    fields = None
    if field == "jump":
        fields = np.tile([0.5e-3, 9.99e-3] + [0.0] * 18, (2, 1))
    elif field is not None:
        fields = np.full((2, 20), field)
    with pytest.raises(LimitError, match=told):
        setup.measure(shape, inputs=None if fields is None else fields[..., None])
    assert written == []
    for _, device in bench.roles.values():
        del device.write


def test_wrong_shapes_are_named(setup):
    with pytest.raises(ValueError, match="trial, step"):
        setup.measure(np.zeros((3, 4)))
    with pytest.raises(ValueError, match="inputs"):
        setup.measure(np.zeros((3, 4, 1)), inputs=np.zeros((3, 5, 1)))


@pytest.mark.parametrize("polls", [0, 1, 3])
def test_stop_ends_the_iteration_with_the_field_at_zero(setup, bench, polls):
    count = iter(range(100))
    responses = list(setup.measure(drive_of(60, 20), should_stop=lambda: next(count) >= polls))
    assert responses == []
    assert_safe(bench)
    assert len(list(setup.measure(drive_of(2, 3)))) == 2


def test_ctrl_c_in_the_middle_of_a_burst_leaves_the_field_at_zero(setup, bench):
    def interrupt():
        interrupt.calls += 1
        if interrupt.calls == 3:
            raise KeyboardInterrupt
        return False

    interrupt.calls = 0
    with pytest.raises(KeyboardInterrupt):
        list(setup.measure(drive_of(30, 20), should_stop=interrupt))
    assert_safe(bench)


def test_leaving_the_with_block_makes_safe_even_after_an_exception(bench):
    def fail():
        with open_on(bench) as setup:
            responses = setup.measure(drive_of(3, 4))
            next(responses)
            assert bench.world.sources_on()
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert_safe(bench)


def test_shutdown_is_idempotent_in_any_state(setup, bench):
    assert setup.shutdown() == []
    list(setup.measure(drive_of(1, 2)))
    assert setup.shutdown() == []
    assert setup.shutdown() == []
    assert_safe(bench)


def test_one_dead_instrument_does_not_keep_the_others_on(setup, bench):
    list(setup.measure(drive_of(1, 2)))
    bench.device("supply_x").write = lambda message: None
    failed = setup.shutdown()
    assert len(failed) == 1
    assert "supply_x" in failed[0]
    assert not bench.device("supply_y").get("output")
    assert not bench.device("source").get("output")
    del bench.device("supply_x").write


def test_over_temperature_and_tripped_interlock_forbid_driving(setup, bench):
    bench.device("supply_y").over_temperature = True
    with pytest.raises(InterlockError, match="supply_y"):
        list(setup.measure(drive_of(1, 2)))
    assert_safe(bench)
    bench.device("supply_y").over_temperature = False
    setup.trip_interlock()
    with pytest.raises(InterlockError):
        list(setup.measure(drive_of(1, 2)))
    setup.clear_interlock()
    assert len(list(setup.measure(drive_of(1, 2)))) == 1


def test_check_passes_on_a_sound_bench_and_fails_on_a_hot_one(setup, bench):
    assert all(check.passed for check in setup.check())
    assert_safe(bench)
    bench.device("supply_x").over_temperature = True
    failed = [check.name for check in setup.check() if not check.passed]
    assert "1 % of range, supply_x" in failed
    assert_safe(bench)


def test_identities_and_snapshot_are_plain_data(setup):
    identities = setup.identities()
    assert "DMM6500" in identities["digitiser_0"]
    snapshot = json.loads(json.dumps(setup.snapshot()))
    assert snapshot["instruments"]["source"]["source_current"]["unit"] == "A"
    assert snapshot["config"]["timing"]["rotation_hz"] == 37.0


def test_same_seed_same_measurement():
    def measure(seed):
        bench = sim_backend.open_bench("nanoring", specimen=seed, size=4)
        with open_setup(
            load_setup("sim:nanoring"), visa_library=bench.visa_library, clock=bench.clock
        ) as setup:
            return setup.respond(drive_of(3, 5))

    np.testing.assert_array_equal(measure(1), measure(1))
    assert np.any(measure(1) != measure(2))


def test_a_missing_role_or_instrument_is_named(bench):
    config = load_setup("sim:nanoring")
    roles = {name: role for name, role in config.roles.items() if name != "source"}
    with pytest.raises(SetupError, match="source"):
        open_setup(
            config.model_copy(update={"roles": roles}), visa_library=bench.visa_library, clock=bench.clock
        )
    lost = config.roles["source"].model_copy(update={"address": "GPIB0::30::INSTR"})
    with pytest.raises(instruments.DisconnectedError, match="GPIB0::30"):
        open_on(bench, config.model_copy(update={"roles": {"source": lost}}))


@pytest.fixture
def stepped(bench):
    config = load_setup("sim:nanoring")
    timing = config.timing.model_copy(update={"mode": "stepped"})
    with open_on(bench, config.model_copy(update={"timing": timing})) as opened:
        yield opened


def test_stepped_mode_reads_what_the_sample_does_one_rotation_at_a_time(stepped, bench):
    fields = np.array([[3.5e-3, 3.6e-3, 3.4e-3]])
    [response] = stepped.measure(np.zeros((1, 3, 1)), inputs=None if fields is None else fields[..., None])
    assert response.waveform.shape == (3, *stepped.waveform_shape)
    twin = NanoringArray(size=4, contacts=2, seed=3)
    dt = 1 / stepped.waveform.rate_hz
    twin.advance(stepped.waveform.field(np.zeros((1, 0))), dt)
    for step, amplitude in enumerate(fields[0]):
        ohms = twin.advance(stepped.waveform.single(amplitude), dt)[16:80]
        np.testing.assert_allclose(response.waveform[step].mean(axis=0), 1e-3 * ohms.mean(axis=0), rtol=3e-4)
    assert not bench.world.field().any()


@pytest.mark.parametrize("polls", [1, 4])
def test_stepped_mode_stops_between_steps(stepped, bench, polls):
    count = iter(range(1000))
    assert list(stepped.measure(drive_of(2, 9), should_stop=lambda: next(count) >= polls)) == []
    assert_safe(bench)


def test_calibration_finds_gain_lag_and_offset_within_its_own_uncertainty():
    coils = (Coil(2.06e-3, 4e-4), Coil(1.95e-3, 8e-4))
    ambient = (25e-6, -40e-6)
    bench = sim_backend.open_bench("nanoring", specimen=5, size=3, coils=coils, ambient_t=ambient)
    config = load_setup("sim:nanoring-calibration")
    for _ in range(2):
        with open_on(bench, config) as setup:
            for axis in Axis:
                config = config.with_calibration(axis, calibrate_axis(setup, axis, 3e-3).values())
    for axis, coil, offset in zip(Axis, coils, ambient, strict=True):
        found = config.axes.of(axis)
        keep = np.exp(-1 / setup.waveform.rate_hz / coil.lag_s)
        response = (1 - keep) / (1 - keep * np.exp(-2j * np.pi / 64))
        assert found.phase_rad == pytest.approx(-np.angle(response), abs=2e-3)
        assert found.tesla_per_ampere == pytest.approx(coil.tesla_per_ampere * abs(response), rel=2e-3)
        assert found.offset_t == pytest.approx(offset, abs=3e-6)
        assert 0 <= found.tesla_per_ampere_error < 1e-2 * found.tesla_per_ampere
    path_text = config.to_toml()
    assert "tesla_per_ampere_error" in path_text
    assert_safe(bench)


@pytest.mark.parametrize("name", ["sim:nanoring", "sim:nanoring-calibration"])
def test_the_presets_lead_by_the_lag_that_a_calibration_measures(name):
    bench = sim_backend.open_bench("nanoring", specimen=1, size=3)
    with open_on(bench, load_setup("sim:nanoring-calibration")) as setup:
        measured = [calibrate_axis(setup, axis, 3e-3, rotations=40) for axis in Axis]
    for axis, found in zip(Axis, measured, strict=True):
        lead = load_setup(name).axes.of(axis).phase_rad
        assert lead == pytest.approx(found.phase_rad, abs=4 * found.phase_error_rad)
        assert found.phase_error_rad < 1e-4


def test_calibration_without_a_monitor_is_refused(setup):
    with pytest.raises(SetupError, match="monitor_x"):
        setup.turn_field(Axis.X, 1e-3, 20)


def test_the_calibrated_field_is_what_limits_apply_to(bench):
    config = load_setup("sim:nanoring").with_calibration(Axis.X, {"tesla_per_ampere": 1e-3})
    with open_on(bench, config) as setup, pytest.raises(LimitError, match="current of supply_x"):
        setup.measure(np.zeros((1, 2, 1)))


def test_noise_is_added_by_the_bench():
    noise = ReadoutNoise(white_v=1e-3, seed=0, contacts=2)
    bench = sim_backend.open_bench("nanoring", specimen=3, size=4, noise=noise)
    with open_on(bench) as setup:
        [response] = setup.measure(np.zeros((1, 1, 1)), inputs=np.zeros((1, 1, 1)))
    assert response.waveform.std() == pytest.approx(1e-3, rel=0.3)


def test_an_oscilloscope_stands_in_the_place_of_a_digitiser():
    """Both see contact 0: the oscilloscope reads with its twelve bits what the digitiser reads."""
    made = sim_backend.open_bench("nanoring", specimen=3, size=2, **QUIET)
    scope = KeysightDSOX1102G(made.clock, made.world, 0)
    devices = {**made.roles, "digitiser_1": (made.roles["digitiser_1"][0], scope)}
    made.world.digitisers = [
        *(each for _, each in made.roles.values() if hasattr(each, "external_trigger")),
        scope,
    ]
    bench = sim_backend.Bench("nanoring", made.clock, made.world, devices)
    config = load_setup("sim:nanoring")
    role = config.roles["digitiser_1"].model_copy(update={"driver": "keysight_dsox1102g"})
    with open_on(bench, config.model_copy(update={"roles": {**config.roles, "digitiser_1": role}})) as setup:
        [response] = setup.measure(drive_of(1, 3))
    volts = response.waveform
    assert np.ptp(volts[..., 0]) > 1e-4
    code = 1.287 * 2 * config.readout.range_v / 2**12
    np.testing.assert_allclose(volts[..., 1], volts[..., 0], atol=0.51 * code)
    bench.close()


def stepped_setup(bench):
    config = load_setup("sim:nanoring")
    return open_on(bench, config.model_copy(update={"timing": config.timing.model_copy(update=STEPPED)}))


def test_in_mode_stepped_steps_that_are_asked_for_give_what_a_whole_trial_gives():
    drive, answers = drive_of(1, 4)[0], []
    for _ in range(2):
        bench = sim_backend.open_bench("nanoring", specimen=3, size=4, **QUIET)
        with stepped_setup(bench) as setup:
            if not answers:
                answers.append(next(setup.measure(drive[None])).readout)
                continue
            with setup.begin() as trial:
                answers.append(np.array([trial.step(each) for each in drive]))
                assert trial.last.played.waveform.shape == (64, 2)
            assert setup.step_period_s == setup.step_s == pytest.approx(2 / 37)
        assert_safe(bench)
    np.testing.assert_allclose(answers[1], answers[0])


def test_a_field_that_turns_without_a_break_cannot_be_asked_step_by_step(setup):
    assert not setup.stepwise
    with pytest.raises(SetupError, match=r'turns without a break.*mode = "stepped"'):
        setup.begin()
