import numpy as np
import pytest
from nado_lab import instruments, sim_backend
from nado_lab.instruments import LimitError
from nado_lab.instruments.drivers.keithley6221 import Keithley6221
from pymeasure.test import expected_protocol


@pytest.fixture
def bench():
    bench = sim_backend.open_bench("nanoring", specimen=2, size=4, white_v=0, pink_v=0, mains_v=0)
    yield bench
    bench.close()


@pytest.fixture
def setup(bench):
    config = instruments.load_setup("sim:nanoring")
    with instruments.open_setup(config, bench.visa_library, bench.clock) as setup:
        setup.energise()
        yield setup


def field_over(bench, seconds, steps):
    found = []
    for _ in range(steps):
        bench.clock.advance(seconds / steps)
        found.append(bench.world.field())
    return np.array(found)


def test_two_sines_turn_the_field_until_they_fade(bench, setup):
    volts = 3e-3 / 2e-3 / 1.2
    setup.generator.rotate(20.0, (volts, volts))
    assert bench.world.peak_slew < setup.config.limits.max_slew_t_per_s
    field = field_over(bench, 0.1, 40)
    np.testing.assert_allclose(np.hypot(*field.T), 3e-3, rtol=2e-2)
    angle = np.unwrap(np.arctan2(field[:, 1], field[:, 0]))
    assert np.polyfit(np.arange(40) * 0.1 / 40, angle, 1)[0] == pytest.approx(2 * np.pi * 20, rel=2e-2)
    assert bench.world.sample.wall_population > 0
    setup.generator.fade(0.2)
    bench.clock.advance(0.1)
    assert np.abs(bench.world.field()).max() < 1e-9


def test_a_setup_made_safe_ends_the_rotation(bench, setup):
    setup.generator.rotate(37.0, (1.0, 1.0))
    assert setup.shutdown() == []
    assert not bench.world.field().any()
    assert not bench.world.sources_on()
    assert bench.world.peak_slew < setup.config.limits.max_slew_t_per_s


def test_the_sync_output_starts_a_digitiser_in_every_period(bench, setup):
    setup.source.source(1e-3, 1.0)
    setup.generator.rotate(37.0, (2.0, 2.0))
    digitiser = setup.digitisers[0]
    digitiser.prepare(1.0, 2368)
    digitiser.arm(256)
    bench.clock.advance(0.2)
    turns = digitiser.readings().reshape(4, 64)
    assert np.ptp(turns[0]) > 1e-5
    np.testing.assert_allclose(turns[2], turns[3], atol=3e-5)


@pytest.mark.parametrize(
    ("frequency", "peaks"),
    [
        (37.0, (6.0, 1.0)),
        (37.0, (-1.0, 1.0)),
        (37.0, (1.0, float("nan"))),
        (0.0, (1.0, 1.0)),
        (1e9, (1.0, 1.0)),
    ],
)
def test_a_rotation_beyond_the_limits_does_not_begin(bench, setup, frequency, peaks):
    before = bench.gate("generator").messages
    with pytest.raises(LimitError):
        setup.generator.rotate(frequency, peaks)
    assert bench.gate("generator").messages == before


def test_an_alternating_current_makes_an_alternating_voltage(bench, setup):
    setup.generator.prepare(2368, 1.0)
    setup.source.alternate(1e-3, 37.0, 1.0)
    assert bench.world.sources_on()
    setup.generator.load(np.zeros((256, 2)))
    digitiser = setup.digitisers[0]
    digitiser.prepare(1.0, 2368)
    digitiser.arm(256)
    setup.generator.trigger()
    bench.clock.advance(0.2)
    volts = digitiser.readings()
    power = np.abs(np.fft.rfft(volts)) / 128
    assert np.argmax(power) == 4
    assert power[4] == pytest.approx(1e-3 * bench.world.ohms[0], rel=1e-3)
    setup.source.shutdown()
    assert not bench.device("source").get("output")


def test_the_wave_of_the_6221_in_the_words_of_its_manual():
    answers = [
        (":SOUR:CURR:COMP 1", ":SOUR:CURR:COMP?", "1"),
        (":SOUR:WAVE:FUNC SIN", ":SOUR:WAVE:FUNC?", "SIN"),
        (":SOUR:WAVE:RANG BEST", ":SOUR:WAVE:RANG?", "BEST"),
        None,
        (":SOUR:WAVE:FREQ 490", ":SOUR:WAVE:FREQ?", "490"),
        (":SOUR:WAVE:AMPL 0.001", ":SOUR:WAVE:AMPL?", "0.001"),
        (":SOUR:WAVE:OFFS 0", ":SOUR:WAVE:OFFS?", "0"),
        None,
    ]
    no_error = [("SYST:ERR?", '0,"No error"'), (":STAT:MEAS:COND?", "0")]
    talk = [pair for entry in answers for pair in ([(entry[0], None), entry[1:]] if entry else no_error)]
    start = [(":SOUR:WAVE:DUR:TIME INF", None), (":SOUR:WAVE:ARM", None), (":SOUR:WAVE:INIT", None)]
    with expected_protocol(Keithley6221, [*talk, *start, *no_error], max_amperes=2e-3) as source:
        for peak, offset in ((2.1e-3, 0.0), (1.5e-3, 1e-3), (float("nan"), 0.0), (-1e-3, 0.0)):
            with pytest.raises(LimitError):
                source.alternate(peak, 490.0, 1.0, offset)
        source.alternate(1e-3, 490.0, 1.0)
