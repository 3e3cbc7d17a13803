"""Source-meters: literal exchanges of manuals and public drivers, and the simulated instruments."""

import numpy as np
import pytest
from nado_lab.instruments.drivers.keithley2450 import Keithley2450
from nado_lab.instruments.drivers.keithley2600 import Keithley2600
from nado_lab.instruments.errors import (
    BusyError,
    DeviceReportedError,
    LimitError,
    OverloadError,
    ReplyError,
    SetupError,
    StuckOutputError,
)
from nado_lab.instruments.roles import SourceMeter
from pymeasure.instruments.keithley import Keithley2450 as PyMeasure2450
from pymeasure.instruments.keithley import Keithley2600 as PyMeasure2600
from pymeasure.test import expected_protocol

from tests.instruments.drivers.spare_bench import OHMS, ROLES, open_driver, open_spare_bench

NO_ERROR = ("SYST:ERR?", '0,"No error;0;0 0"')
NO_TSP_ERROR = ("print(errorqueue.next())", "0.00000e+00\tQueue Is Empty\t0.00000e+00\t1.00000e+00")
IDENTITY_2450 = ("*IDN?", "KEITHLEY INSTRUMENTS, MODEL 2450,01419966,1.6.4c")
"""As a 2450 answered to a public program that looks for LXI instruments."""


@pytest.fixture(params=["meter", "script_meter"])
def sourcing(request):
    """A source-meter on a resistor, with its simulated instrument and the bench."""
    from nado_lab.instruments.drivers import driver_class

    bench = open_spare_bench()
    driver = driver_class(ROLES[request.param][0])(
        bench.roles[request.param][0],
        visa_library=bench.visa_library,
        clock=bench.clock,
        max_volts=10.0,
        max_amperes=5e-3,
    )
    yield driver, bench.device(request.param), bench
    driver.close()
    bench.close()


def played(driver, bench, levels, step_s=0.03):
    driver.load(np.array(levels), step_s)
    driver.trigger()
    while driver.busy():
        bench.clock.sleep(0.05)
    return driver.readings()


# -- what a 2450 is told, and how one answers -----------------------------------------------------


def test_2450_in_another_language_is_refused_with_what_to_do():
    with (
        expected_protocol(Keithley2450, [IDENTITY_2450, ("*LANG?", "SCPI2400")]) as meter,
        pytest.raises(SetupError, match=r"\*LANG SCPI, then switch"),
    ):
        meter.identify()


def test_2450_list_goes_out_as_in_its_manual():
    """2450-901-01 Rev. B, p. 6-78, 6-79: SOUR:LIST:VOLT, APPend from the 101st value, SOUR:SWE:VOLT:LIST."""
    levels = [1.0, 5.0] * 60
    texts = ["1", "5"] * 60 + ["0"]
    exchange = [
        (f":SOUR:LIST:VOLT {', '.join(texts[:100])}", None),
        (f":SOUR:LIST:VOLT:APP {', '.join(texts[100:])}", None),
        (":SOUR:LIST:VOLT:POIN?", "121"),
        (':SOUR:SWE:VOLT:LIST 1, 0.193, 1, OFF, "defbuffer1"', None),
        NO_ERROR,
    ]
    with expected_protocol(Keithley2450, exchange) as meter:
        meter._sourced, meter._most = "voltage", 5.0
        meter.load(np.array(levels), 0.2)


def test_2450_reads_source_and_reading_with_the_bit_of_the_limit():
    """Elements of p. 6-109; bit 5 of the source status is STAT_LIMIT (p. 8-29)."""
    data = "0.000000,1.0,1.0E-03,136,0.201000,4.5,4.5E-03,168,0.4,0,0,136"
    exchange = [
        (':TRAC:ACT? "defbuffer1"', "3"),
        (':TRAC:DATA? 1, 3, "defbuffer1", REL, SOUR, READ, SOURSTAT', data),
    ]
    with expected_protocol(Keithley2450, exchange) as meter:
        meter._sourced, meter._most, meter._points = "voltage", 5.0, 2
        points = meter.readings()
    np.testing.assert_allclose(points.seconds, [0, 0.201])
    np.testing.assert_allclose(points.volts, [1.0, 4.5])
    np.testing.assert_allclose(points.amperes, [1e-3, 4.5e-3])
    assert points.limited.tolist() == [False, True]


@pytest.mark.parametrize(("reply", "limited"), [("1", True), ("0", False)])
def test_2450_compliance_is_the_trip_query_of_the_other_quantity(reply, limited):
    """Both queries as public drivers ask them (:SOUR:VOLT:ILIM:TRIP?, :SOUR:CURR:VLIM:TRIP?)."""
    exchange = [(":SOUR:VOLT:ILIM:TRIP?", reply), (":SOUR:CURR:VLIM:TRIP?", reply)]
    with expected_protocol(Keithley2450, exchange) as meter:
        for meter._sourced in ("voltage", "current"):
            assert meter.compliance_reached() is limited


def test_2450_measures_source_and_reading_at_once():
    exchange = [(':READ? "defbuffer1", SOUR, READ', "1.000012E+00,4.21E-03")] * 2
    with expected_protocol(Keithley2450, exchange) as meter:
        meter._sourced = "voltage"
        assert meter.measured() == (1.000012, 4.21e-3)
        meter._sourced = "current"
        assert meter.measured() == (4.21e-3, 1.000012)


def test_2450_shuts_down_without_asking_and_says_when_it_stays_on():
    exchange = [
        (":ABOR", None),
        (":SOUR:VOLT:LEV 0", None),
        (":SOUR:CURR:LEV 0", None),
        ("OUTPUT 0", None),
        ("OUTPUT?", "1"),
    ]
    with expected_protocol(Keithley2450, exchange) as meter, pytest.raises(StuckOutputError):
        meter.shutdown()


def test_2450_event_log_is_read():
    with (
        expected_protocol(
            Keithley2450, [("SYST:ERR?", '-222,"Parameter data out of range;1;0 0"'), NO_ERROR]
        ) as m,
        pytest.raises(DeviceReportedError, match="-222 Parameter data out of range"),
    ):
        m.check_errors()


# -- what a 2600 is told, and how one answers -----------------------------------------------------


def test_2600_ten_nanoamperes_are_not_zero():
    """PyMeasure's driver sends 'smua.source.leveli=0.000000' for it."""
    exchange = [("smua.source.leveli = 1e-08", None), ("smua.source.limiti = 1.5e-07", None)]
    with expected_protocol(Keithley2600, exchange) as meter:
        meter.source_current = 1e-8
        meter.compliance_current = 1.5e-7


def test_2600_replies_as_in_qcodes_and_public_drivers():
    exchange = [
        ("print(smua.source.output)", "1.000000e+00"),
        ("print(smua.source.func)", "1.00000e+00"),
        ("print(smua.source.compliance)", "false"),
        ("print(smua.source.compliance)", "true"),
        ("print(smua.measure.iv())", "0.01\t5.0"),
        NO_TSP_ERROR,
        ("print(errorqueue.next())", "0.00000e+00\tQueue Is Empty\t0.00000e+00"),
    ]
    with expected_protocol(Keithley2600, exchange) as meter:
        meter._sourced = "voltage"
        assert meter.source_enabled is True
        assert meter.source_mode == "voltage"
        assert not meter.compliance_reached()
        assert meter.compliance_reached()
        assert meter.measured() == (5.0, 0.01)
        assert meter.check_errors() == meter.check_errors() == []


def test_2600_error_queue_is_read():
    error = ("print(errorqueue.next())", "-4.20000e+02\tQuery Unterminated\t2.00000e+01\t2.00000e+00")
    with (
        expected_protocol(Keithley2600, [error, NO_TSP_ERROR]) as meter,
        pytest.raises(DeviceReportedError, match="-420 Query Unterminated"),
    ):
        meter.check_errors()


def test_2600_buffer_is_a_block_without_length_of_doubles():
    """#0, data, newline (QCoDeS, _Keithley_2600.py after the manual); bit 6 of the status is compliance."""
    table = np.array([[0.0, 1.0, 1e-3, 0.0], [0.02, 2.0, 1.5e-3, 64.0]])
    columns = "smua.nvbuffer1.timestamps, smua.nvbuffer2.readings, smua.nvbuffer1.readings"
    exchange = [
        ("print(smua.nvbuffer1.n)", "2.00000e+00"),
        (
            f"printbuffer(1, 2, {columns}, smua.nvbuffer1.statuses)",
            b"#0" + table.astype("<f8").tobytes() + b"\n",
        ),
    ]
    with expected_protocol(Keithley2600, exchange) as meter:
        meter.adapter.connection.read_termination = None
        meter._sourced, meter._most, meter._points = "voltage", 5.0, 2
        points = meter.readings()
    np.testing.assert_array_equal(points.volts, [1.0, 2.0])
    np.testing.assert_array_equal(points.amperes, [1e-3, 1.5e-3])
    assert points.limited.tolist() == [False, True]


def test_2600_channel_b_is_addressed_and_channel_a_left_alone():
    exchange = [
        ("smub.abort()", None),
        ("smub.source.levelv = 0", None),
        ("smub.source.leveli = 0", None),
        ("smub.source.output = 0", None),
        ("print(smub.source.output)", "0.00000e+00"),
    ]
    with expected_protocol(Keithley2600, exchange, channel=2) as meter:
        meter.shutdown()
    with pytest.raises(LimitError), expected_protocol(Keithley2600, [], channel=3):
        pass


# -- limits ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("driver", [Keithley2450, Keithley2600])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("source_voltage", 5.1),
        ("source_current", -2e-3),
        ("compliance_current", 2.0),
        ("compliance_voltage", 6),
    ],
)
def test_nothing_is_sent_beyond_a_limit(driver, name, value):
    with (
        expected_protocol(driver, [], max_volts=5.0, max_amperes=1e-3) as meter,
        pytest.raises(LimitError, match="nothing was sent"),
    ):
        setattr(meter, name, value)


@pytest.mark.parametrize("driver", [Keithley2450, Keithley2600])
@pytest.mark.parametrize("asked", [(5.1, 1e-3), (5.0, 2e-3), (0.0, 1e-3), (5.0, 0.0)])
def test_a_source_beyond_the_limits_or_without_compliance_is_refused(driver, asked):
    with (
        expected_protocol(driver, [], max_volts=5.0, max_amperes=1e-3) as meter,
        pytest.raises(LimitError, match="nothing was sent"),
    ):
        meter.source_volts(*asked)


@pytest.mark.parametrize("driver", [Keithley2450, Keithley2600])
def test_more_power_than_there_is_is_refused(driver):
    with expected_protocol(driver, []) as meter, pytest.raises(LimitError, match="at once"):
        meter.source_volts(100.0, 0.5)


@pytest.mark.parametrize(
    ("levels", "step_s", "message"),
    [
        ([0.0, 3.1], 0.1, "3.1 V lies outside"),
        ([0.0, np.nan], 0.1, "not finite"),
        ([], 0.1, "has shape"),
        ([[1.0]], 0.1, "has shape"),
        ([1.0] * 20_000, 0.1, "has shape"),
        ([1.0], 1e-4, "a step of"),
        ([1.0], 2e4, "a step of"),
    ],
)
def test_a_list_that_cannot_be_played_is_refused(sourcing, levels, step_s, message):
    driver, device, _ = sourcing
    driver.source_volts(3.0, 1e-3)
    with pytest.raises(LimitError, match=message):
        driver.load(np.array(levels), step_s)
    assert driver.check_errors() == []
    assert not device.error_queue


# -- on the simulated instrument ---------------------------------------------------------------------


def test_volts_are_sourced_ramped_and_held_back_by_the_compliance(sourcing):
    driver, _, _ = sourcing
    assert isinstance(driver, SourceMeter)
    assert driver.measured_volts() == driver.measured_amperes() == 0.0
    driver.source_volts(3.0, 1e-3)
    driver.ramp_to(0.5)
    assert driver.measured_volts() == pytest.approx(0.5, rel=1e-3)
    assert driver.measured_amperes() == pytest.approx(0.5 / OHMS, rel=1e-3)
    assert driver.measured() == pytest.approx((0.5, 0.5 / OHMS), rel=1e-3)
    assert not driver.compliance_reached()
    driver.ramp_to(2.0)
    assert driver.measured() == pytest.approx((1e-3 * OHMS, 1e-3), rel=1e-3)
    assert driver.compliance_reached()
    with pytest.raises(LimitError):
        driver.ramp_to(3.01)


def test_amperes_are_sourced_and_held_back_by_the_compliance(sourcing):
    driver, _, bench = sourcing
    driver.source_amperes(2e-3, 1.0)
    driver.ramp_to(-0.5e-3)
    assert driver.measured() == pytest.approx((-0.5, -0.5e-3), rel=1e-3)
    points = played(driver, bench, [0.5e-3, -1.5e-3])
    np.testing.assert_allclose(points.volts, [0.5, -1.0], rtol=1e-3)
    np.testing.assert_allclose(points.amperes, [0.5e-3, -1e-3], rtol=1e-3)
    assert points.limited.tolist() == [False, True]


def test_a_list_is_timed_by_the_instrument_and_ends_at_zero(sourcing):
    driver, device, bench = sourcing
    driver.source_volts(3.0, 1e-3)
    driver.ramp_to(0.9)
    levels = np.resize([0.1, -0.2, 0.3, 1.5, 0.0], 230)
    points = played(driver, bench, levels)
    np.testing.assert_allclose(points.volts, np.minimum(levels, 1.0), rtol=1e-3, atol=1e-6)
    np.testing.assert_allclose(points.limited, levels > 1.0)
    np.testing.assert_allclose(np.diff(points.seconds), 0.03, rtol=1e-3)
    core = getattr(device, "core", None) or device.channels["smua"].core
    assert core.operating().volts == 0.0
    assert driver.measured_volts() == pytest.approx(0.0, abs=1e-9)
    driver.ramp_to(0.4)
    assert driver.measured()[0] == pytest.approx(0.4, rel=1e-3)


def test_a_2450_whose_points_take_forever_is_refused(monkeypatch):
    bench = open_spare_bench()
    monkeypatch.setattr("nado_lab.sim_backend.devices.keithley2450_lists._OVERHEAD_S", 0.3)
    driver = open_driver(bench, "meter")
    with pytest.raises(ReplyError, match="lists cannot be timed"):
        driver.source_volts(3.0, 1e-3)
    bench.close()


def test_a_list_can_be_played_again_and_the_readings_are_the_new_ones(sourcing):
    driver, _, bench = sourcing
    driver.source_volts(3.0, 1e-3)
    first = played(driver, bench, [0.1, 0.2])
    second = played(driver, bench, [0.3, 0.4, 0.5])
    np.testing.assert_allclose(first.volts, [0.1, 0.2], rtol=1e-3)
    np.testing.assert_allclose(second.volts, [0.3, 0.4, 0.5], rtol=1e-3)


def test_shutdown_in_the_middle_of_a_list_leaves_nothing_on(sourcing):
    driver, device, bench = sourcing
    driver.source_volts(3.0, 1e-3)
    driver.load(np.full(50, 0.8), 0.05)
    driver.trigger()
    bench.clock.sleep(0.5)
    assert driver.busy()
    with pytest.raises(BusyError, match="a list runs"):
        driver.measured_volts()
    driver.shutdown()
    core = getattr(device, "core", None) or device.channels["smua"].core
    assert not core.output
    bench.clock.sleep(1.0)
    device.advance(bench.clock.now())
    assert core.operating().volts == 0.0
    assert driver.isShutdown
    assert driver.check_errors() == []
    with pytest.raises(LimitError, match="sources nothing yet"):
        driver.ramp_to(0.1)


def test_nothing_is_left_of_the_last_user(sourcing):
    driver, device, _ = sourcing
    for order in (":SOUR:VOLT:LEV 7", ":OUTP ON", ":OUTP:VOLT:SMOD HIMP", ":SENS:CURR:NPLC 10"):
        device.write(order.encode())
    for order in ("smua.source.levelv = 7", "smua.source.output = 1", "smua.measure.delay = 5"):
        device.write(order.encode())
    device.error_queue.clear()
    driver.source_volts(3.0, 1e-3)
    assert driver.measured()[0] == pytest.approx(0.0, abs=1e-9)
    driver.load(np.array([0.1]), 0.05)
    assert driver.check_errors() == []


@pytest.mark.parametrize("wires", [0, 1])
@pytest.mark.parametrize("role", ["meter", "script_meter"])
def test_four_wires_are_used_where_they_are_asked_for(role, wires):
    bench = open_spare_bench()
    driver = open_driver(bench, role, four_wires=wires)
    driver.source_volts(3.0, 1e-3)
    snapshot = driver.snapshot()
    name = "current_four_wires" if role == "meter" else "remote_sense"
    assert snapshot[name]["value"] is bool(wires)
    with pytest.raises(LimitError, match="expected 0 or 1"):
        open_driver(bench, role, four_wires=2)
    driver.close()
    bench.close()


def test_an_open_lead_shows_as_no_current_and_as_compliance(sourcing):
    driver, device, _ = sourcing
    driver.source_amperes(2e-3, 1.0)
    driver.ramp_to(1e-3)
    device.break_bond()
    assert driver.measured()[1] == pytest.approx(0.0, abs=1e-12)
    assert driver.compliance_reached()


def test_a_reading_beyond_the_range_is_an_overload(sourcing):
    driver, device, bench = sourcing
    driver.source_volts(3.0, 1e-3)
    device.overloaded = True
    with pytest.raises(OverloadError, match="exceeds the range"):
        played(driver, bench, [0.1])


def test_a_list_that_did_not_finish_is_not_read(sourcing):
    driver, _, bench = sourcing
    driver.source_volts(3.0, 1e-3)
    driver.load(np.full(20, 0.1), 0.05)
    driver.trigger()
    bench.clock.sleep(0.2)
    with pytest.raises(ReplyError, match="readings in its buffer"):
        driver.readings()


# -- others' drivers on the simulated instruments ---------------------------------------------------


def test_pymeasures_own_2450_drives_the_simulated_one():
    bench = open_spare_bench()
    meter = PyMeasure2450(bench.roles["meter"][0], visa_library=bench.visa_library)
    meter.apply_current(10e-3, 10)
    meter.enable_source()
    meter.measure_voltage()
    meter.source_current = 5e-3
    assert meter.voltage == pytest.approx(5e-3 * OHMS, rel=1e-4)
    meter.source_current = 0.0
    meter.apply_voltage(None, 1e-3)
    meter.measure_current()
    meter.source_voltage = 0.5
    assert meter.current == pytest.approx(0.5 / OHMS, rel=1e-4)
    assert (meter.source_mode, meter.compliance_current) == ("voltage", 1e-3)
    assert (meter.wires, meter.current_filter_state, meter.buffer_points) == (2, 0.0, 100_000)
    meter.disable_source()
    assert not meter.source_enabled
    assert meter.check_errors() == []
    assert not bench.device("meter").refused
    meter.adapter.close()
    bench.close()


@pytest.mark.filterwarnings("ignore:It is not known whether:FutureWarning")
def test_pymeasures_own_2600_drives_the_simulated_one():
    bench = open_spare_bench()
    meter = PyMeasure2600(bench.roles["script_meter"][0], visa_library=bench.visa_library)
    channel = meter.ChA
    channel.apply_voltage(None, 1e-3)
    channel.source_output = "ON"
    channel.source_voltage = 0.5
    channel.measure_current()
    assert channel.current == pytest.approx(0.5 / OHMS, rel=1e-4)
    assert channel.voltage == pytest.approx(0.5, rel=1e-4)
    assert channel.resistance == pytest.approx(OHMS, rel=1e-4)
    channel.source_output = "OFF"
    assert channel.source_output == "OFF"
    assert meter.next_error == (0, "Queue Is Empty")
    assert not bench.device("script_meter").refused
    meter.adapter.close()
    bench.close()


def test_what_follows_wai_waits_for_the_sweep():
    """As QCoDeS' Keithley2450 sweeps: INIT, *WAI, then the data."""
    bench = open_spare_bench()
    device = bench.device("meter")
    for order in ("SOUR:VOLT:ILIM 1", ":SOURce:SWEep:voltage:LINear 0,1,3,0.1,1,AUTO,ON,OFF,'defbuffer1'"):
        device.write(order.encode())
    device.write(b":INITiate")
    device.write(b"*WAI")
    device.write(b":TRACe:DATA? 1, 3, 'defbuffer1'")
    assert [float(text) for text in device.take(200).split(b",")] == pytest.approx([0, 5e-4, 1e-3], rel=1e-3)
    assert device.ready_at > 0.3
    assert not device.refused
    bench.close()
