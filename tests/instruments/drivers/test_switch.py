"""The switch: pairs of PyMeasure's tests, limits, and the simulated instrument."""

import pytest
from nado_lab.instruments.drivers.keithley2700 import Keithley2700
from nado_lab.instruments.errors import DeviceReportedError, LimitError, ReplyError, StuckOutputError
from nado_lab.instruments.roles import Switch
from pymeasure.instruments.keithley import Keithley2700 as PyMeasure2700
from pymeasure.test import expected_protocol

from tests.instruments.drivers.spare_bench import open_driver, open_spare_bench

NO_ERROR = ("SYST:ERR?", '0,"No error"')


@pytest.fixture
def bench():
    opened = open_spare_bench()
    yield opened
    opened.close()


@pytest.mark.parametrize(
    ("answered", "channels"),
    [
        ("(@)", ()),
        ("(@101)", (101,)),
        ("(@101,105)", (101, 105)),
        ("(@101,102,103,104,105)", (101, 102, 103, 104, 105)),
    ],
)
def test_lists_of_pymeasure_are_read(answered, channels):
    """Github.com/pymeasure/pymeasure, tests/instruments/keithley/test_keithley2750.py."""
    with expected_protocol(Keithley2700, [("ROUTe:MULTiple:CLOSe?", answered)]) as switch:
        assert switch.closed() == channels


def test_everything_opens_before_anything_closes():
    exchange = [
        (":ROUTe:OPEN:ALL", None),
        ("ROUTe:MULTiple:CLOSe?", "(@)"),
        ("ROUTe:MULTiple:CLOSe (@101,203)", None),
        NO_ERROR,
        ("ROUTe:MULTiple:CLOSe?", "(@101,203)"),
    ]
    with expected_protocol(Keithley2700, exchange, max_closed=2) as switch:
        switch.route([203, 101])


def test_a_channel_that_does_not_close_is_told():
    exchange = [
        (":ROUTe:OPEN:ALL", None),
        ("ROUTe:MULTiple:CLOSe?", "(@)"),
        ("ROUTe:MULTiple:CLOSe (@101)", None),
        NO_ERROR,
        ("ROUTe:MULTiple:CLOSe?", "(@)"),
    ]
    with expected_protocol(Keithley2700, exchange) as switch, pytest.raises(ReplyError, match=r"\[101\]"):
        switch.route([101])


@pytest.mark.parametrize("channels", [[101, 102], [100], [99], [601], [-101]])
def test_a_short_circuit_or_a_channel_there_is_not_is_refused(channels):
    with expected_protocol(Keithley2700, []) as switch, pytest.raises(LimitError, match="nothing was sent"):
        switch.route(channels)


def test_channels_are_routed_on_the_simulated_instrument(bench):
    switch, device = open_driver(bench, "switch", max_closed=2), bench.device("switch")
    assert isinstance(switch, Switch)
    for channels in ([101, 114], [120], []):
        switch.route(channels)
        assert device.closed == set(channels)
        assert switch.closed() == tuple(channels)
    with pytest.raises(DeviceReportedError):
        switch.route([201])
    switch.route([150])
    switch.shutdown()
    assert not device.closed


def test_a_relay_that_sticks_is_told_at_shutdown(bench):
    switch = open_driver(bench, "switch")
    switch.route([107])
    bench.device("switch").stick()
    with pytest.raises(StuckOutputError, match="107"):
        switch.shutdown()


def test_pymeasures_own_driver_switches_the_simulated_instrument(bench):
    switch = PyMeasure2700(bench.roles["switch"][0], visa_library=bench.visa_library)
    switch.closed_channels = [101, 102]
    assert bench.device("switch").closed == {101, 102}
    switch.open_channels = [101]
    assert switch.closed_channels == [102]
    switch.adapter.close()
