"""What monitors read of instruments, by role."""

import pytest
from nado_lab.instruments.setups.monitored import readings_of

from tests.instruments.drivers.spare_bench import OHMS, ROLES, open_driver, open_spare_bench


def test_source_meters_and_power_meters_are_read_in_their_units():
    bench = open_spare_bench()
    roles = {role: open_driver(bench, role) for role in ROLES}
    before = readings_of(roles)
    roles["meter"].source_volts(3.0, 1e-3)
    roles["meter"].ramp_to(0.5)
    roles["laser"].prepare(1.55e-6, 2e-3)
    roles["laser"].emit()
    found = readings_of(roles)
    assert {name: reading.value for name, reading in before.items()} == dict.fromkeys(found, 0.0)
    assert {name: reading.unit for name, reading in found.items()} == {
        "meter_voltage": "V",
        "meter_current": "A",
        "script_meter_voltage": "V",
        "script_meter_current": "A",
        "power_meter_power": "W",
    }
    assert found["meter_voltage"].value == pytest.approx(0.5, rel=1e-3)
    assert found["meter_current"].value == pytest.approx(0.5 / OHMS, rel=1e-3)
    assert found["power_meter_power"].value == pytest.approx(2e-3)
    for driver in roles.values():
        driver.close()
    bench.close()
