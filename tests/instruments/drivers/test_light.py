"""Laser and power meter: pairs of PyMeasure's tests, limits, and the simulated instruments."""

import pytest
from nado_lab.instruments.drivers.santec_tsl570 import SantecTSL570
from nado_lab.instruments.drivers.thorlabs_pm100 import ThorlabsPM100
from nado_lab.instruments.errors import LimitError, OverloadError, ReplyError, SetupError, StuckOutputError
from nado_lab.instruments.roles import Laser, PowerMeter
from pymeasure.instruments.santec import TSL570
from pymeasure.instruments.thorlabs import ThorlabsPM100USB
from pymeasure.test import expected_protocol

from tests.instruments.drivers.spare_bench import open_driver, open_spare_bench

TELECOM_M = 1.55e-6


@pytest.fixture
def bench():
    opened = open_spare_bench()
    yield opened
    opened.close()


# -- laser -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("sent", "answered", "name", "value"),
    [
        (":POWer:STATe?", "1\n", "output_enabled", True),
        (":POWer:UNIT?", "0\n", "power_unit", "dBm"),
        (":POWer?", "5\n", "set_watts", 5e-3),
        (":POWer:ACTual?", "3.5\n", "emitted_watts", 3.5e-3),
        (":WAVelength?", "1.55e-06\n", "wavelength_m", 1.55e-6),
        (":WAVelength:SWEep:RANGe:MINimum?", "1e-06\n", "wavelength_min", 1e-6),
        (":WAVelength:SWEep:RANGe:MAXimum?", "2e-06\n", "wavelength_max", 2e-6),
    ],
)
def test_pairs_of_pymeasure_are_read(sent, answered, name, value):
    """Github.com/pymeasure/pymeasure, tests/instruments/santec/test_tsl570.py."""
    with expected_protocol(SantecTSL570, [(sent, answered)]) as laser:
        assert laser.read_back(name) == pytest.approx(value)


def test_pairs_of_pymeasure_are_sent():
    exchange = [
        (":POWer:STATe 1", None),
        (":POWer:UNIT 1", None),
        (":POWer 5", None),
        (":WAVelength 1.55e-06", None),
    ]
    with expected_protocol(SantecTSL570, exchange) as laser:
        laser.output_enabled = True
        laser.power_unit = "mW"
        laser.set_watts = 5e-3
        laser.wavelength_m = 1.55e-6


@pytest.mark.parametrize(("wavelength_m", "watts"), [(TELECOM_M, 6e-3), (TELECOM_M, 0.0), (1550.0, 1e-3)])
def test_light_beyond_the_limit_is_refused(wavelength_m, watts):
    with (
        expected_protocol(SantecTSL570, [], max_watts=5e-3) as laser,
        pytest.raises(LimitError, match="nothing"),
    ):
        laser.prepare(wavelength_m, watts)


def test_a_laser_is_dark_until_told_and_dark_again(bench):
    laser, device = open_driver(bench, "laser", max_watts=5e-3), bench.device("laser")
    assert isinstance(laser, Laser)
    with pytest.raises(LimitError, match="call prepare first"):
        laser.emit()
    laser.prepare(TELECOM_M, 2e-3)
    assert device.watts() == 0.0
    assert not laser.emits()
    laser.emit()
    assert laser.emits()
    assert device.watts() == pytest.approx(2e-3)
    laser.shutdown()
    assert device.watts() == 0.0
    assert not laser.emits()


def test_units_and_command_set_of_the_last_user_are_gone(bench):
    laser, device = open_driver(bench, "laser"), bench.device("laser")
    for order in ("SYST:COMM:COD 0", "POW:UNIT 0", "WAV 1530", "POW 13", "POW:SHUT 0", "POW:STAT 1"):
        device.write(order.encode())
    assert device.watts() > 1e-2
    laser.prepare(TELECOM_M, 1e-3)
    assert device.watts() == 0.0
    laser.emit()
    assert device.watts() == pytest.approx(1e-3)


def test_a_wavelength_that_it_does_not_have_leaves_it_dark(bench):
    laser = open_driver(bench, "laser")
    with pytest.raises(LimitError, match="lies outside its"):
        laser.prepare(1.3e-6, 1e-3)
    with pytest.raises(LimitError, match="call prepare first"):
        laser.emit()


def test_a_diode_that_stays_on_is_told(bench):
    laser = open_driver(bench, "laser")
    laser.prepare(TELECOM_M, 1e-3)
    laser.emit()
    bench.device("laser").stick()
    with pytest.raises(StuckOutputError, match="the diode"):
        laser.shutdown()
    assert bench.device("laser").watts() == 0.0  # the shutter is closed


def test_pymeasures_own_driver_drives_the_simulated_laser(bench):
    laser, device = TSL570(bench.roles["laser"][0], visa_library=bench.visa_library), bench.device("laser")
    laser.command_set, laser.power_unit = "SCPI", "mW"
    laser.wavelength_setpoint = 1.56e-6
    laser.power_setpoint = 3
    laser.output_enabled = True
    device.write(b"POW:SHUT 0")
    assert device.watts() == pytest.approx(3e-3)
    assert (laser.wavelength_setpoint, laser.power) == (1.56e-6, 3.0)
    laser.adapter.close()


# -- power meter -----------------------------------------------------------------------------------


@pytest.mark.parametrize("sensor", ["no sensor,,,0,0,0", "ES111C,1,1-JAN-2017,3,0,2", "what"])
def test_a_meter_without_a_sensor_of_power_is_refused(sensor):
    exchange = [("*IDN?", "Thorlabs,PM100USB,P2004081,1.4.0"), ("SYST:SENSOR:IDN?", sensor)]
    with expected_protocol(ThorlabsPM100, exchange) as meter, pytest.raises(SetupError, match="plug one in"):
        meter.identify()


@pytest.mark.parametrize(
    ("sent", "answered", "name", "value"),
    [
        ("SENS:POW:RANG:UPP?", "2e-3", "power_range", 2e-3),
        ("SENSE:CORR:WAV?", "488.00", "wavelength_nm", 488.0),
        ("SENS:POW:RANG:AUTO?", "1", "automatic_range", True),
        ("MEAS:POW?", "1.23456789E-05", "reading", 1.23456789e-5),
    ],
)
def test_replies_to_public_drivers_are_read(sent, answered, name, value):
    with expected_protocol(ThorlabsPM100, [(sent, answered)]) as meter:
        assert meter.read_back(name) == value


def test_the_meter_sees_what_the_laser_emits(bench):
    laser, meter = open_driver(bench, "laser"), open_driver(bench, "power_meter")
    assert isinstance(meter, PowerMeter)
    for order in ("SENS:POW:UNIT DBM", "SENS:CORR:LOSS:INP:MAGN 20", "SENS:POW:RANG:AUTO 1"):
        bench.device("power_meter").write(order.encode())
    meter.prepare(TELECOM_M, 5e-3)
    laser.prepare(TELECOM_M, 2e-3)
    assert meter.measured_watts() == 0.0
    laser.emit()
    assert meter.measured_watts() == pytest.approx(2e-3)
    laser.shutdown()
    assert meter.measured_watts() == 0.0


def test_more_light_than_the_range_holds_is_an_overload(bench):
    laser, meter = open_driver(bench, "laser"), open_driver(bench, "power_meter")
    meter.prepare(TELECOM_M, 1e-4)
    laser.prepare(TELECOM_M, 2e-3)
    laser.emit()
    with pytest.raises(OverloadError, match="exceeds the range"):
        meter.measured_watts()


@pytest.mark.parametrize(
    ("wavelength_m", "most_w", "message"),
    [
        (3e-6, 1e-3, "outside the sensor's"),
        (TELECOM_M, 1.0, "its largest range"),
        (TELECOM_M, 0.0, "nothing was"),
    ],
)
def test_what_the_sensor_cannot_do_is_refused(bench, wavelength_m, most_w, message):
    meter = open_driver(bench, "power_meter")
    with pytest.raises(LimitError, match=message):
        meter.prepare(wavelength_m, most_w)


def test_a_reply_that_is_no_power_is_told():
    exchange = [
        ("SENS:POW:UNIT W", None),
        ("SENS:POW:UNIT?", "W"),
        ("SYST:ERR?", '0,"No error"'),
        ("MEAS:POW?", "what"),
    ]
    with expected_protocol(ThorlabsPM100, exchange) as meter, pytest.raises(ReplyError):
        meter.measured_watts()


def test_pymeasures_own_driver_reads_the_simulated_meter(bench):
    laser = open_driver(bench, "laser")
    laser.prepare(TELECOM_M, 2e-3)
    laser.emit()
    with pytest.warns(FutureWarning, match="SCPI"):
        meter = ThorlabsPM100USB(bench.roles["power_meter"][0], visa_library=bench.visa_library)
    assert meter.is_power_sensor
    meter.wavelength = 1550
    assert (meter.wavelength, meter.wavelength_max) == (1550.0, 1800.0)
    assert meter.power == pytest.approx(2e-3)
    meter.adapter.close()
