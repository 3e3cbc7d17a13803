import numpy as np
import pytest
from nado_lab.sim_backend import open_bench
from nado_lab.sim_backend.samples.delay_oscillator import DelayOscillator, audio
from numpy.testing import assert_allclose

RATE = 24000


def quiet_bench(**options):
    loop = DelayOscillator(audio().quiet(), spread=False)
    return open_bench("delay_oscillator", sample=loop, white_v=0.0, pink_v=0.0, mains_v=0.0, **options)


def play(bench, volts, rate=RATE):
    """Play (sample, 2) of signal and bias within 5 V, and digitise the photodiode meanwhile."""
    generator, digitiser = bench.device("generator"), bench.device("digitiser")
    counts = np.rint(np.asarray(volts) / 5 * 32767).astype("<i2")
    counts[-2:] = [[32767, 32767], [-32767, -32767]]
    generator.write(b"FORM:BORD SWAP")
    for channel in (1, 2):
        data = counts[:, channel - 1].tobytes()
        block = b"#%d%d" % (len(str(len(data))), len(data)) + data
        generator.write(f"SOUR{channel}:DATA:VOL:CLE".encode())
        generator.write(f"SOUR{channel}:DATA:ARB:DAC W,".encode() + block)
        generator.write(
            f"OUTP{channel}:LOAD INF;:SOUR{channel}:FUNC:ARB W;:SOUR{channel}:FUNC ARB;"
            f":SOUR{channel}:FUNC:ARB:SRAT {rate};:SOUR{channel}:VOLT 10;:SOUR{channel}:BURS:STAT ON;"
            f":TRIG{channel}:SOUR BUS;:OUTP{channel} ON".encode()
        )
    points = len(volts) * RATE // rate
    digitiser.write(
        f'DIG:FUNC "VOLT";:DIG:VOLT:RANG 1;SRAT {RATE};:TRAC:POIN {points};:TRIG:LOAD "EMPTY";'
        f':TRIG:BLOC:WAIT 1, EXT;:TRIG:BLOC:MDIG 2, "defbuffer1", {points};:INIT'.encode()
    )
    generator.write(b"*TRG")
    for _, device in bench.roles.values():
        assert not device.error_queue


def seen(bench):
    acquisition = bench.device("digitiser").acquisition
    assert not acquisition.running
    return acquisition.volts


def test_a_burst_drives_the_loop_sample_by_sample_and_its_light_is_digitised():
    bench = quiet_bench()
    rng = np.random.default_rng(2)
    volts = np.stack([rng.uniform(-2, 2, 340), np.full(340, 0.5)], axis=1)
    play(bench, volts)
    bench.clock.advance(1.0)
    bench.world.advance()
    twin = DelayOscillator(audio().quiet(), spread=False)
    wanted = twin.advance(volts[:, :1], volts[:, 1:], 0.0)[:, 0]
    assert_allclose(seen(bench)[:338], wanted[:338], atol=2e-4)


@pytest.mark.parametrize("pieces", [1, 7, 50])
def test_how_often_the_world_is_looked_at_changes_nothing(pieces):
    still = {"white_v": 0.0, "pink_v": 0.0, "mains_v": 0.0}
    bench = open_bench("delay_oscillator", specimen=3, **still)
    whole = open_bench("delay_oscillator", specimen=3, **still)
    volts = np.random.default_rng(4).uniform(-1, 1, (2400, 2))
    for each, cuts in ((bench, pieces), (whole, 1)):
        play(each, volts)
        for _ in range(cuts):
            each.clock.advance(0.1 / cuts + 1e-9)
            each.world.advance()
    assert_allclose(seen(bench), seen(whole), atol=1e-12)


def test_a_slower_generator_holds_its_samples_on_the_loops_own():
    bench = quiet_bench()
    volts = np.zeros((100, 2))
    volts[10:20, 0] = 1.0
    play(bench, volts, rate=RATE // 2)
    bench.clock.advance(1.0)
    bench.world.advance()
    light = seen(bench)
    assert np.ptp(light[1:20]) < 1e-3
    assert np.all(np.abs(light[20:40] - light[5]) > 0.05)
    assert np.ptp(light[41:50]) < 1e-3


def test_an_idle_bench_costs_no_more_for_a_day_than_for_a_second():
    bench = open_bench("delay_oscillator")
    bench.clock.advance(86400.0)
    bench.world.advance()
    assert bench.world.time == pytest.approx(86400.0, abs=1 / RATE)


def test_knobs_change_the_light():
    bench = quiet_bench()

    def light():
        play(bench, np.zeros((240, 2)))
        bench.clock.advance(0.1)
        bench.world.advance()
        return float(np.mean(seen(bench)[100:230]))

    before = light()
    bench.set_drift(gain_per_hour=0.5)
    bench.clock.advance(3600.0)
    assert light() == pytest.approx(1.5 * before, rel=1e-3)
    bench.clear_drift()
    bench.set_temperature(303.0)
    bench.clock.advance(10.0)
    bench.world.advance()
    assert light() == pytest.approx(before - 0.45 * 0.98 * np.sin(0.4), rel=1e-2)


def test_readout_bits_make_steps_of_a_full_voltage():
    bench = quiet_bench(readout_bits=8)
    play(bench, np.linspace(-2, 2, 480)[:, None].repeat(2, axis=1))
    bench.clock.advance(0.1)
    bench.world.advance()
    counts = seen(bench) / (0.9 / 256)
    assert_allclose(counts, np.rint(counts), atol=1e-6)


def test_a_specimen_is_one_device_and_a_noise_seed_one_day():
    one, again, other = (
        open_bench("delay_oscillator", specimen=2, **of) for of in ({}, {"noise_seed": 1}, {"noise_seed": 2})
    )
    assert one.world.sample.phase == again.world.sample.phase == other.world.sample.phase
    assert not np.array_equal(again.world.sample._words, other.world.sample._words)


def test_four_nodes_are_driven_and_read_by_the_channels_of_a_card():
    bench = open_bench("delay_oscillator", nodes=4, specimen=1)
    outputs, inputs = bench.channels["output"], bench.channels["input"]
    volts = np.random.default_rng(6).uniform(-1, 1, (480, 8))
    inputs.arm(float(RATE), 480, wait=True)
    outputs.play(volts, float(RATE))
    bench.clock.advance(0.1)
    light = inputs.samples(10.0)
    assert light.shape == (4, 480)
    assert all(np.std(each) > 0.05 for each in light)
    assert_allclose(bench.world.peak_v, np.max(np.abs(volts), axis=0), atol=1e-9)
    assert np.max(np.abs(np.corrcoef(light) - np.eye(4))) < 0.3
