import numpy as np
import pytest
from nado_lab import instruments, sim_backend
from nado_lab.instruments.setups.nanoring.config import Axis

from tests.instruments.setups.nanoring.calibrate import calibrate_axis

HOUR_S = 3600.0
FIELDS = np.full((1, 4), 2.7e-3)


def measured(bench, fields=FIELDS, setup="sim:nanoring", between=lambda: None):
    """Measure the fields (trial, step) in T twice, doing something to the bench in between."""
    config = instruments.load_setup(setup)
    with instruments.open_setup(config, bench.visa_library, bench.clock) as opened:
        answers = []
        for action in (lambda: None, between):
            action()
            drive = np.zeros((*fields.shape, 1))
            answers.append(next(iter(opened.measure(drive, inputs=fields[..., None]))))
    return answers


def quiet(**options):
    return sim_backend.open_bench("nanoring", specimen=2, size=4, white_v=0, pink_v=0, mains_v=0, **options)


def test_an_untouched_bench_and_one_set_to_what_it_is_agree_bit_for_bit():
    one, other = (sim_backend.open_bench("nanoring", specimen=2, size=4) for _ in range(2))
    plain = measured(one)

    def same():
        other.set_temperature(293.0)
        other.set_noise(1.0)
        other.set_drift()

    touched = measured(other, between=same)
    for a, b in zip(plain, touched, strict=True):
        np.testing.assert_array_equal(a.waveform, b.waveform)


def test_a_cold_array_is_frozen_where_a_warm_one_depins_and_a_hot_one_follows():
    fields = np.full((1, 20), 2.4e-3)
    moments = {}
    for kelvin in (100.0, 293.0, 600.0):
        bench = sim_backend.open_bench("nanoring", specimen=2, size=10)
        bench.set_temperature(kelvin)
        assert bench.conditions.temperature_k == kelvin
        measured(bench, fields)
        moments[kelvin] = np.hypot(*bench.world.sample.magnetisation)
    assert moments[293.0] < 0.5 < 0.85 < min(moments[100.0], moments[600.0])


@pytest.mark.parametrize("kelvin", [0.0, -3.0, float("nan"), float("inf"), 1e4])
def test_impossible_temperatures_are_refused_and_change_nothing(kelvin):
    bench = quiet()
    with pytest.raises(ValueError, match="K"):
        bench.set_temperature(kelvin)
    assert bench.world.sample.parameters.temperature_k == bench.conditions.temperature_k == 293.0


def test_noise_scales_with_the_knob():
    deviations = {}
    for scale in (0.0, 1.0, 5.0):
        bench = sim_backend.open_bench("nanoring", specimen=2, size=4, white_v=4e-5, pink_v=0, mains_v=0)
        bench.set_noise(scale)
        still = measured(bench, np.zeros((1, 8)))[0].waveform
        deviations[scale] = still[..., 0].std()
    assert deviations[0.0] < 1e-9
    assert deviations[5.0] == pytest.approx(5 * deviations[1.0], rel=1e-2)
    for wrong in (-1.0, float("nan")):
        with pytest.raises(ValueError, match="noise scale"):
            bench.set_noise(wrong)


def test_gain_and_offset_drift_with_bench_time_and_come_back():
    bench = quiet()
    fields = np.zeros((1, 2))

    def drift():
        bench.set_drift(gain_per_hour=0.02, offset_v_per_hour=1e-3)
        bench.clock.advance(2 * HOUR_S)

    before, after = measured(bench, fields, between=drift)
    expected = 1.04 * before.initial[0] + 2e-3
    assert after.initial[0] == pytest.approx(expected, rel=1e-4)
    bench.set_drift()
    bench.clock.advance(HOUR_S)
    held = measured(bench, fields, between=bench.clear_drift)
    assert held[0].initial[0] == pytest.approx(expected, rel=1e-4)
    assert held[1].initial[0] == pytest.approx(before.initial[0], rel=1e-6)
    with pytest.raises(ValueError, match="finite"):
        bench.set_drift(gain_per_hour=float("nan"))


def test_a_drifting_field_is_what_a_calibration_finds_while_currents_read_true():
    bench = quiet()
    with instruments.open_setup(
        instruments.load_setup("sim:nanoring-calibration"), bench.visa_library, bench.clock
    ) as setup:
        first = calibrate_axis(setup, Axis.X, 3e-3)
        bench.set_drift(field_gain_per_hour=-0.05)
        bench.clock.advance(HOUR_S)
        second = calibrate_axis(setup, Axis.X, 3e-3)
        assert second.tesla_per_ampere == pytest.approx(0.95 * first.tesla_per_ampere, rel=1e-3)
        supply = setup.roles["supply_x"]
        supply.prepare_amplifier(8.0)
        supply.ramp_to(0.5)
        bench.clock.advance(1.0)
        assert supply.measured_amperes() == pytest.approx(0.5, abs=6e-3)
    assert not bench.world.field().any()


def test_the_ice_follows_the_same_knobs():
    loops = np.full((1, 1), 20e-3)
    spectra = {}
    for scale in (0.0, 1.0, 3.0):
        bench = sim_backend.open_bench("asvi", specimen=1, size=6)
        bench.set_noise(scale)
        spectra[scale] = measured(bench, loops, "sim:asvi")[0].initial
    np.testing.assert_allclose(
        spectra[3.0] - spectra[0.0], 3 * (spectra[1.0] - spectra[0.0]), rtol=1e-3, atol=1e-9
    )

    def drift():
        bench.set_drift(offset_v_per_hour=1e-5, field_gain_per_hour=0.01)
        bench.clock.advance(HOUR_S)

    bench = sim_backend.open_bench("asvi", specimen=1, size=6)
    before, after = measured(bench, loops, "sim:asvi", drift)
    ratio = after.waveform[0, 0, 0] / before.waveform[0, 0, 0]
    assert ratio == pytest.approx(1.01, abs=2e-3)
    assert np.mean(after.initial - before.initial) == pytest.approx(1e-5, rel=0.1)


def test_the_ice_is_surer_of_itself_when_cold():
    differ = {}
    for kelvin in (20.0, 700.0):
        ices = []
        for noise_seed in (1, 2):
            bench = sim_backend.open_bench("asvi", specimen=1, size=12, noise_seed=noise_seed, preset="MS")
            bench.set_temperature(kelvin)
            for _ in range(4):
                bench.world.sample.field_loop(40e-3)
            ices.append(bench.world.sample.state().moment)
        differ[kelvin] = np.count_nonzero(np.any(ices[0] != ices[1], axis=1))
    assert differ[20.0] < differ[700.0]
