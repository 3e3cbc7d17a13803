"""The oscilloscope: pairs of PyMeasure's tests and of the guides, and the simulated instrument."""

import numpy as np
import pytest
from nado_lab.instruments.drivers.keysight_dsox1102g import KeysightDSOX1102G
from nado_lab.instruments.errors import (
    IdentityError,
    InstrumentTimeout,
    LimitError,
    OverloadError,
    ReplyError,
)
from nado_lab.instruments.roles import Digitiser, Oscilloscope
from pymeasure.instruments.keysight import KeysightDSOX1102G as PyMeasureDSOX1102G
from pymeasure.test import expected_protocol

from tests.instruments.drivers.spare_bench import open_driver, open_spare_bench

NO_ERROR = ("SYST:ERR?", '+0,"No error"')
RUN, IDLE = "+8", "+0"


@pytest.fixture
def bench():
    opened = open_spare_bench()
    yield opened
    opened.close()


def taken(bench, volts_of, count, rate_hz, range_v=1.0, **limits):
    """Let the scope take ``volts_of(seconds from the trigger)``; return what it reads."""
    scope = open_driver(bench, "scope", **limits)
    scope.prepare(range_v, rate_hz)
    scope.arm(count)
    assert not scope.triggered()
    begin, dt = bench.clock.now(), 0.1 / rate_hz
    bench.world.start_waiting(begin)
    times = (
        np.arange(int(1.2 * 62_500 / rate_hz / dt) if count > 20_000 else int(3 * count / rate_hz / dt)) * dt
    )
    seen = volts_of(times)
    bench.world.record(begin, dt, np.column_stack([seen, -0.5 * seen]))
    assert scope.triggered()
    return scope.readings()


def read(words, preamble, count=3, rate_hz=1e3):
    """Return what the driver makes of a waveform of words and its preamble."""
    block = b"#8%08d" % (2 * len(words)) + np.array(words, "<u2").tobytes() + b"\n"
    exchange = [
        (":OPERegister:CONDition?", IDLE),
        (":WAVeform:PREamble?", preamble),
        (":WAVeform:DATA?", block),
    ]
    with expected_protocol(KeysightDSOX1102G, exchange) as scope:
        scope.adapter.connection.read_termination = None
        scope._count, scope._rate_hz = count, rate_hz
        return scope.readings()


# -- what it is told, and how one answers --------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "answered", "name", "value"),
    [
        (":channel1:BWLimit?", "1", "bandwidth_limited", True),
        (":channel1:COUPling?", "DC", "coupling", "dc"),
        (":channel1:DISPlay?", "0", "displayed", False),
        (":channel1:INVert?", "1", "inverted", True),
        (":channel1:OFFSet?", "1.000000", "vertical_offset", 1.0),
        (":channel1:PROBe?", "10.000000", "probe_attenuation", 10.0),
        (":channel1:RANGe?", "+40.0E+00", "vertical_range", 40.0),
        (":TIMebase:MODE?", "MAIN", "timebase_mode", "main"),
        (":TIMebase:POSition?", "1.000000", "timebase_position", 1.0),
        (":TIMebase:RANGe?", "+1.00E-03", "timebase_range", 1e-3),
        (":ACQuire:TYPE?", "HRES", "acquisition_type", "hresolution"),
        (":ACQuire:MODE?", "RTIM", "acquisition_mode", "realtime"),
        (":waveform:points:mode?", "NORM", "waveform_points_mode", "normal"),
        (":waveform:format?", "WORD", "waveform_format", "word"),
    ],
)
@pytest.mark.filterwarnings("ignore:Cannot cast.*:FutureWarning")
def test_pairs_of_pymeasure_are_read(sent, answered, name, value):
    """Github.com/pymeasure/pymeasure, tests/instruments/keysight/test_keysightDSOX1102G.py."""
    with expected_protocol(KeysightDSOX1102G, [(sent, answered)]) as scope:
        assert scope.read_back(name) == value


def test_a_time_base_of_500_ns_is_sent_as_such():
    """PyMeasure's driver sends ':TIMebase:RANGe 0.000000' for it, or 0.000001."""
    exchange = [
        (":TIMebase:RANGe 5e-07", None),
        (":TIMebase:REFerence CENTer;:TIMebase:POSition 2.5e-07", None),
    ]
    with expected_protocol(KeysightDSOX1102G, exchange) as scope:
        scope.timebase_range = 5e-7
        scope.timebase_position = 2.5e-7


def test_words_are_volts_by_the_preamble():
    """(word - yreference) * yincrement + yorigin (DSOX1204 guide; preamble as in PyMeasure's tests)."""
    volts = read([32768, 33768, 31768], "+1,+3,+3,+1,1.0E-03,0.0E+00,0,7.851759E-04,0.5,32768")
    np.testing.assert_allclose(volts, [0.5, 0.5 + 0.7851759, 0.5 - 0.7851759])


def test_samples_before_the_trigger_are_left_out():
    volts = read([40000, 40000, 32768, 33768, 31768], "+1,+3,+5,+1,1.0E-03,-2.0E-03,0,1E-03,0,32768")
    np.testing.assert_allclose(volts, [0, 1, -1])


@pytest.mark.parametrize("words", [[1, 32768, 32768], [32768, 0xFFFF, 32768], [256, 32768, 32768]])
def test_clipped_words_are_an_overload(words):
    """0x0001 and 0xFFFF (4000 X guide, p. 1243)."""
    with pytest.raises(OverloadError, match="exceeds the range"):
        read(words, "+1,+3,+3,+1,1.0E-03,0,0,1E-03,0,32768")


def test_holes_are_no_volts():
    with pytest.raises(ReplyError, match="holes"):
        read([0, 32768, 32768], "+1,+3,+3,+1,1.0E-03,0,0,1E-03,0,32768")


@pytest.mark.parametrize(
    ("preamble", "message"),
    [
        ("+1,+3,+3,+1,2.0E-03,0,0,1E-03,0,32768", "it took 500 samples/s where 1000"),
        ("+1,+3,+3,+1,1.0E-03,-2.0E-03,0,1E-03,0,32768", "expected 3 samples from the trigger on"),
        ("+1,+3,+3,+1,1.0E-03", "expected ten numbers"),
        ("what", "expected ten numbers"),
    ],
)
def test_another_rate_or_a_preamble_that_makes_no_sense_is_refused(preamble, message):
    with pytest.raises(ReplyError, match=message):
        read([32768] * 3, preamble)


def test_other_oscilloscopes_are_refused():
    with (
        expected_protocol(KeysightDSOX1102G, [("*IDN?", "TEKTRONIX,TBS1072,C0,1")]) as scope,
        pytest.raises(IdentityError),
    ):
        scope.identify()


@pytest.mark.parametrize(("range_v", "rate_hz"), [(21.0, 1e3), (1e-3, 1e3), (1.0, 0.0), (1.0, 2e9)])
def test_what_it_cannot_do_is_refused_before_anything_is_sent(range_v, rate_hz):
    with expected_protocol(KeysightDSOX1102G, []) as scope, pytest.raises(LimitError):
        scope.prepare(range_v, rate_hz)


# -- on the simulated instrument -----------------------------------------------------------------


@pytest.mark.parametrize(("count", "rate_hz"), [(100, 1e3), (130, 1e4), (999, 4e4), (2000, 3.7e3)])
def test_it_samples_from_the_trigger_on(bench, count, rate_hz):
    def wave(seconds):
        return 0.6 * np.sin(2 * np.pi * rate_hz / 50 * seconds)

    volts = taken(bench, wave, count, rate_hz)
    assert volts.shape == (count,)
    np.testing.assert_allclose(volts, wave(np.arange(count) / rate_hz), atol=0.02)


def test_the_other_input_is_another_contact(bench):
    volts = taken(bench, lambda seconds: 0.4 + 0 * seconds, 100, 1e3, channel=2)
    np.testing.assert_allclose(volts, -0.2, atol=2e-3)


def test_it_fits_the_roles(bench):
    scope = open_driver(bench, "scope")
    assert isinstance(scope, Digitiser)
    assert isinstance(scope, Oscilloscope)


def test_a_voltage_beyond_the_range_is_an_overload(bench):
    with pytest.raises(OverloadError):
        taken(bench, lambda seconds: 1.5 + 0 * seconds, 100, 1e3)


def test_no_trigger_is_told(bench):
    scope = open_driver(bench, "scope")
    scope.prepare(1.0, 1e3)
    scope.arm(100)
    with pytest.raises(InstrumentTimeout, match="no trigger came"):
        scope.readings()


def test_the_last_users_probe_and_trigger_are_gone(bench):
    device = bench.device("scope")
    for order in (":CHAN1:PROB 100", ":CHAN1:INV 1", ":TRIG:SWE AUTO", ":TRIG:SOUR LINE", ":TIM:MODE ROLL"):
        device.write(order.encode())
    volts = taken(bench, lambda seconds: 0.4 + 0 * seconds, 100, 1e3)
    np.testing.assert_allclose(volts, 0.4, atol=2e-3)


def test_pymeasures_own_driver_reads_the_simulated_instrument(bench):
    with pytest.warns(FutureWarning, match="SCPI"):
        scope = PyMeasureDSOX1102G(bench.roles["scope"][0], visa_library=bench.visa_library)
    scope.ch1.setup(probe_attenuation=1, vertical_range=2.0, offset=0.0, coupling="dc")
    scope.timebase_setup(mode="main", offset=0.05, horizontal_range=0.1)
    scope.write(":TRIGger:EDGE:SOURce EXT")
    scope.waveform_points = 1000
    scope.single()
    begin = bench.clock.now()
    bench.world.start_waiting(begin)
    ramp = np.linspace(0, 0.9, 1200)
    bench.world.record(begin, 1e-4, np.column_stack([ramp, ramp]))
    volts, preamble = scope.download_data("channel1", 1000)
    assert preamble["points"] == 1000
    assert preamble["xincrement"] == pytest.approx(1e-4)
    np.testing.assert_allclose(volts, ramp[:1000], atol=0.01)
    scope.adapter.close()
