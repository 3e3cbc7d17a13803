"""What instruments send in place of a number is named, in every driver that measures."""

import numpy as np
import pytest
from nado_lab.instruments.drivers.keithley2450 import Keithley2450
from nado_lab.instruments.drivers.keithley2600 import Keithley2600
from nado_lab.instruments.drivers.kepco_bop import KepcoBOP
from nado_lab.instruments.drivers.lakeshore425 import LakeShore425
from nado_lab.instruments.drivers.reading import checked
from nado_lab.instruments.errors import OverloadError, ReplyError
from pymeasure.test import expected_protocol


@pytest.mark.parametrize("sent", [9.9e37, -9.9e37, 9.91e37, float("inf")])
def test_what_stands_for_infinity_is_an_overload(sent):
    with pytest.raises(OverloadError, match="meter: the power exceeds the range"):
        checked("meter", sent, "the power")
    with pytest.raises(OverloadError, match="exceeds the range"):
        checked("meter", np.array([1.0, np.nan, sent]), "the power")


def test_no_number_is_named_and_numbers_pass():
    with pytest.raises(ReplyError, match="the power is no number"):
        checked("meter", float("nan"), "the power")
    assert checked("meter", 1e-9, "the power") == 1e-9


@pytest.mark.parametrize("sent", ["+9.910000E+37", "9.9E37", "-9.9E37"])
def test_a_gaussmeter_that_sends_infinity_does_not_give_a_field(sent):
    exchange = [("UNIT 2", None), ("UNIT?", "2"), ("*ESR?", "0"), ("RDGFIELD?", sent)]
    with expected_protocol(LakeShore425, exchange) as probe, pytest.raises(OverloadError):
        probe.measured_tesla()


def test_a_source_meter_that_reads_once_names_an_overflow(monkeypatch):
    limits = {"max_volts": 1.0, "max_amperes": 1e-3}
    for driver, reply in ((Keithley2450, "1.0, 9.910000E+37"), (Keithley2600, "9.91e+37\t1.0")):
        with expected_protocol(driver, [], **limits) as meter:
            monkeypatch.setattr(type(meter), "_require_rest", lambda self: None)
            monkeypatch.setattr(type(meter), "ask", lambda self, query, said=reply: said)
            meter._sourced = "voltage"
            with pytest.raises(OverloadError, match="a reading exceeds the range"):
                meter.measured()


def test_a_supply_that_sends_infinity_does_not_give_a_current(monkeypatch):
    monkeypatch.setattr(KepcoBOP, "read_back", lambda self, name: 9.9e37)
    supply = KepcoBOP.__new__(KepcoBOP)
    supply.__dict__["name"] = "Kepco"
    with pytest.raises(OverloadError, match="Kepco: the current exceeds the range"):
        supply.measured_amperes()
