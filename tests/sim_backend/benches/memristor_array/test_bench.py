"""The bench of memristors: what its drivers see is what the devices do."""

import numpy as np
import pytest
from nado_lab.instruments import load_setup, open_setup
from nado_lab.instruments.drivers import driver_class
from nado_lab.instruments.errors import OverloadError
from nado_lab.sim_backend import open_bench, serve
from nado_lab.sim_backend.benches.memristor_array.bench import CARD_AMPERES
from nado_lab.sim_backend.samples.memristor_array import MemristorArray

RATE = 20e3
GAIN = 2e4


def opened(bench):
    options = {"visa_library": bench.visa_library, "clock": bench.clock}
    output = driver_class("ni_analogue_output")(bench.channels["output"].address, max_volts=2.0, **options)
    reader = driver_class("ni_analogue_input")(bench.channels["input"].address, **options)
    return output, reader


def play(bench, volts):
    output, reader = opened(bench)
    reader.prepare(5.0, RATE)
    output.prepare(RATE, 2.0)
    reader.arm(len(volts))
    output.load(volts)
    output.trigger()
    try:
        return reader.readings()
    finally:
        reader.close()
        output.close()


def pulses(devices, count=20):
    drawn = np.random.default_rng(0).uniform(0.3, 0.8, (count, devices))
    volts = np.zeros((count, 100, devices))
    volts[:, :10] = drawn[:, None]
    volts[:, 80:] = 0.2
    return np.concatenate([volts.reshape(-1, devices), np.zeros((1, devices))])


def test_what_is_read_is_the_current_of_each_device_times_the_amplifiers_gain():
    quiet = {"read_noise": 0.0, "drift": 0.0, "white_v": 0.0, "mains_v": 0.0}
    bench = open_bench("memristor", specimen=3, sample=MemristorArray(seed=3, quiet=True), **quiet)
    volts = pulses(8)
    seen = play(bench, volts)
    wanted = MemristorArray(seed=3, quiet=True).advance(volts, 1 / RATE)
    np.testing.assert_allclose(seen, GAIN * wanted, atol=2e-4)
    assert np.max(seen) > 0.2


def test_devices_forget_between_bursts_as_bench_time_passes():
    bench = open_bench("memristor", specimen=3)
    play(bench, pulses(8))
    before = bench.world.sample.state[0].copy()
    bench.clock.sleep(3600.0)
    bench.world.advance()
    assert bench.world.time == pytest.approx(bench.clock.now())
    np.testing.assert_allclose(bench.world.sample.state[0], 0.1, atol=1e-6)
    assert np.all(before > 0.15)


def test_the_same_specimen_with_another_noise_is_the_same_device():
    first, again, other = (
        play(open_bench("memristor", specimen=2, noise_seed=seed), pulses(8)) for seed in (1, 1, 2)
    )
    np.testing.assert_array_equal(first, again)
    assert np.max(np.abs(first - other)) > 1e-4
    assert np.corrcoef(first.ravel(), other.ravel())[0, 1] > 0.99


def test_knobs_act_live():
    bench = open_bench("memristor", specimen=1, read_noise=0.0, drift=0.0, mains_v=0.0)
    plain = play(bench, pulses(8))
    bench.clock.sleep(10.0)
    bench.set_drift(gain_per_hour=1.0)
    bench.clock.sleep(3600.0)
    drifted = play(bench, pulses(8))
    late = slice(-15, None)
    assert np.mean(drifted[late]) / np.mean(plain[late]) == pytest.approx(2.0, rel=0.1)
    bench.set_temperature(313.0)
    assert np.all(bench.world.sample.tau_s < 0.04)
    with pytest.raises(ValueError, match="temperature"):
        bench.set_temperature(5000.0)


def test_an_output_gives_no_more_than_the_card_can():
    bench = open_bench("memristor", specimen=1)
    with pytest.raises(OverloadError, match="channel 0, 1"):
        play(bench, np.full((100, 8), 1.9))
    assert np.all(bench.world.peak_a <= CARD_AMPERES * (1 + 1e-9))
    assert bench.world.sample.broken.all()
    assert not bench.world.sources_on()


def test_on_a_meter_lists_are_seen_by_the_device_and_the_compliance_holds():
    bench = open_bench("memristor", specimen=1, wiring="meter")
    meter = driver_class("keithley2600")(
        bench.roles["meter"][0],
        visa_library=bench.visa_library,
        clock=bench.clock,
        max_volts=2.0,
        max_amperes=1e-3,
    )
    meter.source_volts(2.0, 1e-4)
    levels = np.array([0.5, 0.0, 0.1] * 5 + [1.8] * 20 + [0.0])
    meter.load(levels, 5e-3)
    meter.trigger()
    while meter.busy():
        bench.clock.sleep(0.05)
    found = meter.readings()
    assert np.all(np.diff(found.amperes[2:15:3]) > 0)
    assert found.limited[15:35].all()
    assert not found.limited[:15].any()
    assert bench.world.peak_a[0] < 1.05e-4
    assert not bench.world.sample.broken.any()
    meter.shutdown()


def test_options_that_do_not_fit_are_named():
    with pytest.raises(ValueError, match="model"):
        open_bench("memristor", model="wo3")
    with pytest.raises(ValueError, match="wiring"):
        open_bench("memristor", wiring="bus")


def test_faults_reach_the_channels():
    bench = open_bench("memristor", specimen=1)
    bench.set_fault("input:overload@2")
    assert bench.channels["input"].gate.fault.after == 2
    with pytest.raises(ValueError, match="cannot have 'garbage'"):
        bench.set_fault("output:garbage")
    bench.clear_faults()
    assert bench.channels["input"].gate.fault is None
    assert bench.faults_of("output") == {"disconnect", "error", "slow", "stuck"}


def test_channels_of_a_card_are_not_served_over_the_network():
    with pytest.raises(ValueError, match="NI card"):
        serve(open_bench("memristor"))


def test_a_source_meter_that_is_on_is_a_source_that_is_on():
    config = load_setup("sim:memristor-smu")
    bench = open_bench("memristor", **config.simulation)
    with open_setup(config, visa_library=bench.visa_library, clock=bench.clock) as setup:
        setup.energise()
        assert bench.world.sources_on()
    assert not bench.world.sources_on()
    bench.close()
