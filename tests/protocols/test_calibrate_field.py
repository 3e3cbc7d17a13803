import pytest
from nado_lab.protocols.calibrate_field import _probe_of
from nado_lab.protocols.errors import ProtocolError


def test_each_axis_is_read_by_its_own_probe():
    probes = ["gaussmeter_x", "gaussmeter_y"]
    assert _probe_of("supply_y", probes) == "gaussmeter_y"
    assert _probe_of("supply_x", probes) == "gaussmeter_x"
    assert _probe_of("supply", ["gaussmeter"]) == "gaussmeter"
    with pytest.raises(ProtocolError, match="belongs to supply_z"):
        _probe_of("supply_z", probes)
