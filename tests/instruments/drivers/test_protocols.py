"""Literal exchanges, with strings of the manuals: a second reading beside the simulated dialects."""

import numpy as np
import pytest
from nado_lab.instruments.drivers.keithley6221 import Keithley6221
from nado_lab.instruments.drivers.keithley_dmm6500 import KeithleyDMM6500
from nado_lab.instruments.drivers.kepco_bop import KepcoBOP
from nado_lab.instruments.drivers.keysight8257d import Keysight8257D
from nado_lab.instruments.drivers.keysight33500 import Keysight33500
from nado_lab.instruments.drivers.keysight_e5071c import KeysightE5071C
from nado_lab.instruments.drivers.lakeshore335 import LakeShore335
from nado_lab.instruments.drivers.lakeshore425 import LakeShore425
from nado_lab.instruments.drivers.sr830 import SR830
from nado_lab.instruments.drivers.sr860 import SR860
from nado_lab.instruments.errors import (
    DeviceReportedError,
    IdentityError,
    LimitError,
    OverloadError,
    ReplyError,
    SetupError,
    StuckOutputError,
)
from pymeasure.test import expected_protocol

NO_ERROR = ("SYST:ERR?", '0,"No error"')
NO_COMPLIANCE = (NO_ERROR, (":STAT:MEAS:COND?", "0"))
LANGUAGE = ("*LANG SCPI", None)


class NoWait:
    def now(self):
        return 0.0

    def sleep(self, seconds):
        pass


def test_kepco_as_amplifier():
    exchange = [
        ("FUNCtion:MODE CURR", None),
        ("FUNCtion:MODE?", "1"),
        ("CURRent 0", None),
        ("CURRent?", "0.00000E+00"),
        ("VOLTage 8", None),
        ("VOLTage?", "8.00000E+00"),
        NO_ERROR,
        ("OUTPut 1", None),
        ("OUTPut?", "1"),
        NO_ERROR,
    ]
    with expected_protocol(KepcoBOP, exchange) as supply:
        supply.prepare_amplifier(8.0)


@pytest.mark.parametrize(("name", "value"), [("current_setpoint", 6.1), ("voltage_setpoint", -9)])
def test_kepco_refuses_beyond_its_limits_and_sends_nothing(name, value):
    with (
        expected_protocol(KepcoBOP, [], max_amperes=6, max_volts=8) as supply,
        pytest.raises(LimitError),
    ):
        setattr(supply, name, value)


def test_kepco_that_reads_4_99_ma_with_its_output_off_is_off():
    """As a BIT 4886 36-12 was recorded (PyMeasure, tests/instruments/kepco/test_kepcobop.py)."""
    once = [("OUTPut 0", None), ("MEASure:CURRent?", "4.99E-3")]
    with expected_protocol(KepcoBOP, once, clock=NoWait()) as supply:
        supply._live = False
        supply.shutdown()


def test_kepco_that_still_shows_the_mean_of_what_flowed_is_off():
    once = [("OUTPut 0", None), ("MEASure:CURRent?", "3.0E-01"), ("MEASure:CURRent?", "4.99E-3")]
    with expected_protocol(KepcoBOP, once, clock=NoWait()) as supply:
        supply._live = False
        supply.shutdown()


def test_kepco_setpoint_reads_back_with_the_resolution_of_its_converter():
    with expected_protocol(KepcoBOP, [("CURRent 0.1", None), ("CURRent?", "9.989E-2"), NO_ERROR]) as supply:
        supply.apply(current_setpoint=0.1)


def test_kepco_reports_a_stuck_output_also_when_shut_down_again():
    once = [("OUTPut 0", None), ("MEASure:CURRent?", "3.0E+00"), ("MEASure:CURRent?", "3.0E+00")]
    with expected_protocol(KepcoBOP, once * 2, clock=NoWait()) as supply:
        supply._live = False
        for _ in range(2):
            with pytest.raises(StuckOutputError):
                supply.shutdown()


def test_kepco_shutdown_closes_the_compliance_in_small_steps_without_asking():
    closing = [(f"VOLTage {value:g}", None) for value in np.linspace(8, 0, 41)[1:]]
    exchange = [*closing, ("CURRent 0", None), ("OUTPut 0", None), ("MEASure:CURRent?", "1E-4")]
    with expected_protocol(KepcoBOP, exchange, clock=NoWait(), max_volts=8) as supply:
        supply.shutdown()


@pytest.mark.parametrize(("register", "closed"), [("0", True), ("16", False), ("8", False), ("3", True)])
def test_kepco_protections_are_bits_3_and_4(register, closed):
    with expected_protocol(KepcoBOP, [("STATus:QUEStionable:CONDition?", register)]) as supply:
        assert supply.interlock_closed() is closed


def scaled(channel, amplitude, offset, reads_back=""):
    """What is sent and asked after an upload."""
    shown = reads_back or f"+{amplitude:.15E}"
    return [
        (f"SOUR{channel}:VOLT:OFFS 0.00000000", None),
        (f"SOUR{channel}:VOLT {amplitude:.8f}", None),
        (f"SOUR{channel}:VOLT:OFFS {offset:.8f}", None),
        (f"SOUR{channel}:VOLT?", shown),
        (f"SOUR{channel}:VOLT:OFFS?", f"{offset:+.15E}"),
    ]


def uploaded(channel, counts):
    data = np.array(counts, dtype="<i2").tobytes()
    return [
        (f"SOUR{channel}:DATA:VOL:CLE", None),
        (f"SOUR{channel}:DATA:ARB:DAC NADO,#216".encode() + data + b"\n", None),
        (f"SOUR{channel}:FUNC:ARB NADO", None),
    ]


def test_keysight_spreads_a_waveform_over_the_converter_so_that_volt_means_one_thing():
    volts = np.zeros((8, 2))
    volts[1] = [1.0, -0.5]
    volts[2] = [-1.0, 0.0]
    exchange = [
        *uploaded(1, [0, 32767, -32767, 0, 0, 0, 0, 0]),
        *scaled(1, 2.0, 0.0),
        *uploaded(2, [32767, -32767, 32767, 32767, 32767, 32767, 32767, 32767]),
        *scaled(2, 0.5, -32767 * 0.5 / 65534),
    ]
    with expected_protocol(Keysight33500, [*exchange, NO_ERROR]) as generator:
        generator._peak = 1.0
        generator.load(volts)


def test_keysight_marks_a_flat_waveform_within_the_least_amplitude_into_an_open_circuit():
    exchange = []
    for channel in (1, 2):
        exchange += [*uploaded(channel, [0, 0, 0, 0, 0, 0, 32767, -32767]), *scaled(channel, 2e-3, 0.0)]
    with expected_protocol(Keysight33500, [*exchange, NO_ERROR]) as generator:
        generator._peak = 1.0
        generator.load(np.zeros((8, 2)))


def test_keysight_that_does_not_take_its_amplitude_is_named():
    volts = np.zeros((8, 2))
    volts[1], volts[2] = 1.0, -1.0
    exchange = [*uploaded(1, [0, 32767, -32767, 0, 0, 0, 0, 0]), *scaled(1, 2.0, 0.0, "+1.0E+00")]
    with expected_protocol(Keysight33500, exchange[:-1]) as generator:
        generator._peak = 1.0
        with pytest.raises(ReplyError, match="amplitude of output 1"):
            generator.load(volts)


def test_keysight_trigger_and_end_of_burst():
    exchange = [("*TRG", None), ("*OPC", None), NO_ERROR, ("*ESR?", "0"), ("*ESR?", "1")]
    with expected_protocol(Keysight33500, exchange) as generator:
        generator.trigger()
        assert generator.busy()
        assert not generator.busy()
        assert not generator.busy()


def test_keysight_shutdown_opens_both_outputs_and_aborts():
    off = [("OUTP1 0", None), ("OUTP2 0", None), ("ABOR", None)]
    exchange = [*off, ("OUTP1?", "0"), ("OUTP2?", "0")]
    with expected_protocol(Keysight33500, exchange * 2) as generator:
        generator.shutdown()
        generator.shutdown()


def test_keysight_refuses_volts_beyond_full_scale():
    with expected_protocol(Keysight33500, []) as generator:
        generator._peak = 1.0
        with pytest.raises(LimitError):
            generator.load(np.full((8, 2), 1.01))


def test_keithley6221_sources_and_shuts_down():
    exchange = [
        (":SOUR:CURR:FILT 0", None),
        (":SOUR:CURR:FILT?", "0"),
        (":SOUR:CURR:RANG:AUTO 1", None),
        (":SOUR:CURR:RANG:AUTO?", "1"),
        *NO_COMPLIANCE,
        (":SOUR:CURR:COMP 1", None),
        (":SOUR:CURR:COMP?", "1.000000E+00"),
        (":SOUR:CURR 0.001", None),
        (":SOUR:CURR?", "1.000000E-03"),
        *NO_COMPLIANCE,
        ("OUTPut 1", None),
        ("OUTPut?", "1"),
        *NO_COMPLIANCE,
        (":SOUR:CURR 0", None),
        ("OUTPut 0", None),
        ("OUTPut?", "0"),
    ]
    with expected_protocol(Keithley6221, exchange) as source:
        source.source(1e-3, 1.0)
        source.shutdown()


def test_keithley6221_that_reaches_its_compliance_is_a_broken_bond():
    exchange = [NO_ERROR, (":STAT:MEAS:COND?", "8")]
    with expected_protocol(Keithley6221, exchange) as source, pytest.raises(OverloadError, match="bond"):
        source.check_errors()


def test_keithley6221_mends_pymeasure():
    with expected_protocol(Keithley6221, [("*ESE?", "4")], max_amperes=1e-3) as source:
        assert source.standard_event_enabled == 4
        with pytest.raises(LimitError):
            source.source_current = 5.0
        with pytest.raises(LimitError):
            source.source(2e-3, 1.0)
        with pytest.raises(AttributeError, match="sorce_current"):
            source.sorce_current = 1e-6


def test_dmm6500_waits_for_the_edge_and_reads_a_block():
    readings = np.array([0.25, -0.5, 1.0] * 4, dtype="<f4")
    exchange = [
        LANGUAGE,
        (':TRAC:POIN 12, "defbuffer1"', None),
        (':TRAC:POIN? "defbuffer1"', "12"),
        ("SYST:ERR?", '0,"No error;0;0 0"'),
        (':TRIG:LOAD "EMPTY"', None),
        (':TRIG:BLOC:BUFF:CLE 1, "defbuffer1"', None),
        (":TRIG:BLOC:WAIT 2, EXT, ENT", None),
        (':TRIG:BLOC:MDIG 3, "defbuffer1", 12', None),
        (":INIT", None),
        NO_ERROR,
        (':TRAC:DATA? 1, 12, "defbuffer1", READ', b"#0" + readings.tobytes() + b"\n"),
        (':TRAC:DATA? 1, 12, "defbuffer1", READ', b"#248" + readings.tobytes() + b"\n"),
        ("*IDN?", "KEITHLEY INSTRUMENTS,MODEL DMM6500,04592448,1.7.12b"),
        ("*LANG?", "SCPI"),
    ]
    with expected_protocol(KeithleyDMM6500, exchange) as digitiser:
        digitiser.arm(12)
        np.testing.assert_array_equal(digitiser.readings(), readings)
        np.testing.assert_array_equal(digitiser.readings(), readings)
        assert digitiser.identify().endswith("1.7.12b"), "in step after each block"


def test_dmm6500_that_speaks_another_language_is_named():
    exchange = [LANGUAGE, ("*IDN?", "KEITHLEY INSTRUMENTS,MODEL DMM6500,04592448,1.7.12b"), ("*LANG?", "TSP")]
    with (
        expected_protocol(KeithleyDMM6500, exchange) as digitiser,
        pytest.raises(SetupError, match="TSP"),
    ):
        digitiser.identify()


@pytest.mark.parametrize(
    ("reply", "error"),
    [
        (b"#14" + np.array([9.9e37], "<f4").tobytes() + b"\n", OverloadError),
        (b"#14" + np.array([np.nan], "<f4").tobytes() + b"\n", ReplyError),
        (b"#13abc\n", ReplyError),
        (b"#0abc\n", ReplyError),
        (b"#0abcdX", ReplyError),
        (b"#14abcdX", ReplyError),
        (b"1.5\n", ReplyError),
        (b"#1xabcd\n", ReplyError),
    ],
)
def test_dmm6500_names_what_is_wrong_with_a_block(reply, error):
    exchange = [LANGUAGE, (':TRAC:DATA? 1, 1, "defbuffer1", READ', reply)]
    try:
        with expected_protocol(KeithleyDMM6500, exchange) as digitiser:
            digitiser._count = 1
            with pytest.raises(error):
                digitiser.readings()
    except AssertionError as left_over:
        assert "read buffer remains" in str(left_over)  # noqa: PT017  what a broken reply leaves behind


def test_wrong_instrument_is_named():
    with (
        expected_protocol(KepcoBOP, [("*IDN?", "ACME,TOASTER,1,1")]) as supply,
        pytest.raises(IdentityError, match="TOASTER"),
    ):
        supply.identify()


def test_error_queue_is_emptied_and_raised():
    exchange = [("SYST:ERR?", '-222,"Data out of range"'), ("SYST:ERR?", '-113,"Undefined header"'), NO_ERROR]
    with (
        expected_protocol(KepcoBOP, exchange) as supply,
        pytest.raises(DeviceReportedError, match=r"-222.*-113"),
    ):
        supply.check_errors()


def test_a_setting_that_does_not_take_is_an_error():
    exchange = [("CURRent 1", None), ("CURRent?", "0.5")]
    with expected_protocol(KepcoBOP, exchange) as supply, pytest.raises(ReplyError, match="reads back"):
        supply.apply(current_setpoint=1.0)


def test_garbage_instead_of_a_number_is_named():
    with expected_protocol(KepcoBOP, [("FUNCtion:MODE?", "@@")]) as supply, pytest.raises(ReplyError):
        supply.read_back("operating_mode")


def test_an_output_that_says_it_is_still_on_is_an_error():
    exchange = [(":SOUR:CURR 0", None), ("OUTPut 0", None), ("OUTPut?", "1")]
    with expected_protocol(Keithley6221, exchange) as source, pytest.raises(StuckOutputError):
        source.shutdown()


def test_sr860_prepares_and_captures_one_sample_a_trigger():
    samples = np.zeros(512, dtype="<f4")
    samples[:3] = [1e-6, -2e-6, 3e-6]
    exchange = [
        ("CAPTURESTOP", None),
        ("CAPTURELEN 2", None),
        ("CAPTURELEN?", "2"),
        ("*ESR?", "0"),
        ("CAPTURESTART 0, 2", None),
        ("*ESR?", "0"),
        ("LIAS?", "16"),
        ("CAPTUREBYTES?", "12"),
        ("CAPTURESTOP", None),
        ("CAPTURELEN?", "2"),
        ("CAPTUREGET? 0, 2", b"#42048" + samples.tobytes()),
        ("LIAS?", "0"),
        ("SLVL 0.000000000e+00", None),
        ("CAPTURESTOP", None),
        ("SLVL?", "0"),
    ]
    with expected_protocol(SR860, exchange) as lockin:
        lockin.arm(3)
        np.testing.assert_array_equal(lockin.readings(), samples[:3])
        lockin.shutdown()


@pytest.mark.parametrize(
    ("driver", "status", "error"),
    [
        (SR830, "1", OverloadError),
        (SR830, "4", OverloadError),
        (SR860, "1", OverloadError),
        (SR860, "16", OverloadError),
        (SR860, "256", OverloadError),
        (SR860, "?", ReplyError),
    ],
)
def test_lock_in_overload_is_an_error(driver, status, error):
    with expected_protocol(driver, [("LIAS?", status)]) as lockin, pytest.raises(error):
        lockin.require_no_overload()


@pytest.mark.parametrize(("driver", "status"), [(SR830, "16"), (SR860, "4"), (SR860, "3104")])
def test_what_is_no_overload_of_this_model_is_none(driver, status):
    """Bit 4 of an SR830 is a change of range; bit 2 of an SR860 nothing, 5 the filter, 10 and 11 displays."""
    with expected_protocol(driver, [("LIAS?", status)]) as lockin:
        lockin.require_no_overload()


def test_lock_in_refusal_is_an_error():
    with expected_protocol(SR860, [("*ESR?", "32")]) as lockin, pytest.raises(DeviceReportedError):
        lockin.check_errors()


@pytest.mark.parametrize("driver", [SR830, SR860])
@pytest.mark.parametrize(
    ("name", "value"), [("sensitivity", 1.5e-3), ("time_constant", 0.2), ("sine_voltage", 9), ("harmonic", 0)]
)
def test_lock_ins_never_round_to_what_was_not_asked_for(driver, name, value):
    with expected_protocol(driver, []) as lockin, pytest.raises(LimitError):
        setattr(lockin, name, value)


def test_what_is_sent_to_an_sr830_is_not_rounded_beyond_its_limit():
    exchange = [("SLVL0.004", None)]
    with expected_protocol(SR830, exchange, max_volts=0.0046) as lockin:
        with pytest.raises(LimitError):
            lockin.sine_voltage = 0.0046
        lockin.sine_voltage = 0.004
    with expected_protocol(SR830, [("SLVL4.600", None)], max_volts=4.6) as lockin:
        lockin.sine_voltage = 4.6


def kept(*settings):
    """What is sent for settings, then asked for each: (what is sent, what is asked, what comes)."""
    return [line for sent, asked, comes in settings for line in ((sent, None), (asked, comes))]


def test_sr860_takes_its_own_reference_before_it_modulates_and_nothing_of_the_last_user():
    done = ("*ESR?", "0")
    outputs = [f"{command} {output}, 0" for output in range(3) for command in ("COFA", "CEXP", "CRAT")]
    exchange = [
        *kept(("CAPTURECFG 0", "CAPTURECFG?", "0"), ("IRNG 4", "IRNG?", "4")),
        done,
        *kept(("IVMD 0", "IVMD?", "0"), ("ISRC 0", "ISRC?", "0"), ("ICPL 0", "ICPL?", "0")),
        *kept(("SOFF 0.0000e+00", "SOFF?", "0"), ("OFSL 0", "OFSL?", "0"), ("SYNC 0", "SYNC?", "0")),
        *kept(("CDSP 0, 0", "CDSP? 0", "0")),
        done,
        *((command, None) for command in ("COUT 0, 0", "COUT 1, 0", *outputs)),
        done,
        *kept(("RSRC 0", "RSRC?", "0"), ("FREQ 4.900000e+02", "FREQ?", "490"), ("HARM 1", "HARM?", "1")),
        done,
        *kept(("OFLT 8", "OFLT?", "8"), ("SCAL 9", "SCAL?", "9")),
        *kept(("SLVL 5.000000000e-01", "SLVL?", "0.5")),
        done,
    ]
    with expected_protocol(SR860, exchange) as lockin:
        lockin.prepare(490.0, 0.5, 10e-3, 1e-3)


def test_sr830_takes_nothing_of_the_last_user():
    done = ("*ESR?", "0")
    scaling = ("DDEF1,0,0", "DDEF2,0,0", "OEXP1,0,0", "OEXP2,0,0", "OEXP3,0,0", "RMOD1", "TSTR0")
    exchange = [
        *kept(("ISRC 0", "ISRC?", "0"), ("ICPL 0", "ICPL?", "0"), ("ILIN 0", "ILIN?", "0")),
        *kept(("OFSL0", "OFSL?", "0"), ("SYNC 0", "SYNC?", "0")),
        done,
        *((command, None) for command in scaling),
        done,
        *kept(("FMOD 1", "FMOD?", "1"), ("FREQ1.21980e+02", "FREQ?", "121.98"), ("HARM1", "HARM?", "1")),
        done,
        *kept(("OFLT6", "OFLT?", "6"), ("SENS17", "SENS?", "17"), ("SLVL0.500", "SLVL?", "0.5")),
        done,
    ]
    with expected_protocol(SR830, exchange) as lockin:
        lockin.prepare(121.98, 0.5, 10e-3, 1e-3)


@pytest.mark.parametrize("count", [0, 2_000_000])
def test_sr860_refuses_a_capture_that_its_buffer_cannot_hold(count):
    with expected_protocol(SR860, []) as lockin, pytest.raises(LimitError, match="buffer"):
        lockin.arm(count)


def test_sr830_speaks_without_spaces_and_takes_the_highest_harmonic():
    exchange = [
        ("HARM19999", None),
        ("SENS26", None),
        ("REST", None),
        ("SEND0", None),
        ("SRAT14", None),
        ("STRT", None),
        ("*ESR?", "0"),
        ("LIAS?", "4"),
        ("SPTS?", "2"),
        ("PAUS", None),
        ("TRCA?1,0,2", "1.0e-06,-2.0e-06,"),
        ("LIAS?", "0"),
        ("SLVL0.004", None),
        ("PAUS", None),
        ("SLVL?", "0.004"),
    ]
    with expected_protocol(SR830, exchange) as lockin:
        lockin.harmonic = 19999
        lockin.sensitivity = 1.0
        lockin.arm(2)
        np.testing.assert_allclose(lockin.readings(), [1e-6, -2e-6])
        lockin.shutdown()


def test_lakeshore_reads_tesla_and_names_an_overload():
    unit = [("UNIT 2", None), ("UNIT?", "2"), ("*ESR?", "0")]
    exchange = [*unit, ("RDGFIELD?", "+2.0750E-02"), ("RDGFIELD?", "OL"), ("RDGFIELD?", "??")]
    with expected_protocol(LakeShore425, exchange) as probe:
        assert probe.measured_tesla() == 0.02075
        with pytest.raises(OverloadError):
            probe.measured_tesla()
        with pytest.raises(ReplyError):
            probe.measured_tesla()


def test_lakeshore_takes_the_least_range_that_holds_the_field():
    exchange = [
        ("AUTO 0", None),
        ("UNIT 2", None),
        ("UNIT?", "2"),
        ("RANGE 3", None),
        ("RANGE?", "3"),
        ("RDGMODE 1,0,2", None),
        ("RDGMODE?", "1,0,2"),
        ("*ESR?", "0"),
    ]
    with expected_protocol(LakeShore425, exchange) as probe:
        probe.prepare(65e-3)
        with pytest.raises(LimitError):
            probe.prepare(4.0)


def test_lakeshore_335_reads_kelvin_and_names_a_sensor_that_reads_nothing():
    exchange = [
        ("RDGST? B", "000"),
        ("KRDG? B", "+293.150"),
        ("RDGST? B", "128"),
        ("KRDG? B", "+0.00000"),
        ("RDGST? B", "000"),
        ("KRDG? B", "+0.00000"),
    ]
    with expected_protocol(LakeShore335, exchange, input_number=2) as thermometer:
        assert thermometer.measured_kelvin() == 293.15
        with pytest.raises(OverloadError, match="open"):
            thermometer.measured_kelvin()
        with pytest.raises(ReplyError, match="no temperature"):
            thermometer.measured_kelvin()


def test_network_analyser_sweeps_once_and_reads_complex_data():
    values = np.array([1 + 0j, 0.9 - 0.1j])
    exchange = [
        (":SENS1:SWE:TIME?", "+1.000E-03"),
        (":TRIG:SING", None),
        ("*OPC", None),
        NO_ERROR,
        ("*ESR?", "0"),
        ("*ESR?", "1"),
        (":CALC1:DATA:SDAT?", b"#232" + values.tobytes() + b"\n"),
        (":OUTP 0", None),
        (":ABOR", None),
        (":OUTP?", "0"),
    ]
    with expected_protocol(KeysightE5071C, exchange, max_dbm=0, clock=NoWait()) as analyser:
        with pytest.raises(LimitError, match="prepare_trace"):
            analyser.trace()
        analyser._points = 2
        np.testing.assert_array_equal(analyser.trace(), values)
        for power, grid in ((1.0, (1e9, 2e9)), (-10.0, (2e9, 1e9)), (float("nan"), (1e9, 2e9))):
            with pytest.raises(LimitError):
                analyser.prepare_trace(*grid, 2, power)
        analyser.shutdown()


def test_microwave_source_sweeps_and_switches_off():
    exchange = [
        (":SOUR:TSW", None),
        ("*OPC", None),
        NO_ERROR,
        ("*ESR?", "0"),
        ("*ESR?", "1"),
        (":OUTPUT OFF;", None),
        (":ABOR", None),
        (":OUTPUT?", "0"),
    ]
    with expected_protocol(Keysight8257D, exchange, max_dbm=10) as source:
        with pytest.raises(LimitError):
            source.power = 11
        source.sweep()
        assert source.sweeping()
        assert not source.sweeping()
        source.shutdown()
