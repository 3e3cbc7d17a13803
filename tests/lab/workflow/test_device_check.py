"""A setup must be the device that the twin was fitted on, driven over the same window."""

import pytest
from nado_lab.lab.errors import LabError
from nado_lab.lab.workflow.device_check import check_device
from nado_lab.port import Port
from nado_lab.twin import ModelSpec, Twin, TwinCard


class Bench:
    """What the check asks of a setup: one port over fields of 1.6 to 3.6 mT, one channel in V."""

    port_count, channels, channel_units = 1, ("c",), ("V",)

    ports = (Port("field", "T", 1.6e-3, 3.6e-3),)


def twin_over(low=1.6e-3, high=3.6e-3, units="T", channel="c", unit="V"):
    twin = Twin(ModelSpec(ports=1, channels=1, components=1), (channel,), (unit,))
    twin.card = TwinCard(ports=(Port("field", units, low, high),))
    return twin


def test_the_device_and_the_window_of_the_fitted_runs_pass():
    check_device(twin_over(), Bench())
    check_device(Twin(ModelSpec(ports=1, channels=1, components=1), ("c",), ("V",)), Bench())


@pytest.mark.parametrize(("low", "high", "units"), [(1.6e-3, 3.5e-3, "T"), (1.6e-3, 3.6e-3, "V")])
def test_another_window_is_refused_with_what_to_set(low, high, units):
    with pytest.raises(LabError, match=r"\[\[ports\]\]"):
        check_device(twin_over(low, high, units), Bench())


def test_other_channels_are_another_device():
    with pytest.raises(LabError, match="another kind of device"):
        check_device(twin_over(channel="d"), Bench())


def test_the_same_channel_in_another_unit_is_refused():
    with pytest.raises(LabError, match="the twin answers in uV, the setup in V"):
        check_device(twin_over(unit="uV"), Bench())
