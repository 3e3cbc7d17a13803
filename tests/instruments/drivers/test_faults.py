"""Faults of bus and device on the instruments of the spare bench: named errors, and safe afterwards."""

import numpy as np
import pytest
from nado_lab.instruments.errors import InstrumentError, StuckOutputError
from nado_lab.sim_backend.faults import FAULTS

from tests.instruments.drivers.spare_bench import ROLES, open_driver, open_spare_bench

WITHOUT_WORD = {("meter", "open"), ("script_meter", "open"), ("switch", "stuck"), ("laser", "stuck")}
STICKS = ("switch", "laser", "meter", "script_meter")
"""Faults that no action shows: an open lead carries no current; what sticks is told at the end."""
ON_ANY = ("timeout", "truncate", "corrupt", "garbage", "error", "disconnect", "slow")


def source(driver, bench):
    driver.source_volts(3.0, 1e-3)
    driver.ramp_to(0.5)
    driver.load(np.array([0.1, 0.2]), 0.05)
    driver.trigger()
    for _ in range(100):
        if not driver.busy():
            break
        bench.clock.sleep(0.1)
    driver.readings()
    driver.measured()


def look(driver, bench):
    driver.prepare(1.0, 1e3)
    driver.arm(100)
    bench.world.start_waiting(bench.clock.now())
    bench.world.record(bench.clock.now(), 1e-3, np.zeros((200, 2)))
    driver.readings()


def route(driver, _):
    driver.route([101])
    driver.closed()


def shine(driver, _):
    driver.prepare(1.55e-6, 1e-3)
    driver.emit()
    driver.emits()


def weigh(driver, _):
    driver.prepare(1.55e-6, 1e-3)
    driver.measured_watts()


ACTIONS = {
    "meter": source,
    "script_meter": source,
    "scope": look,
    "switch": route,
    "laser": shine,
    "power_meter": weigh,
}
CASES = [
    (role, kind)
    for role, (_, make) in ROLES.items()
    for kind in FAULTS
    if kind in (*ON_ANY, *{"meter": ("open", "overload"), "scope": ("overload",)}.get(role, ()))
    or (kind == "open" and role == "script_meter")
    or (kind == "overload" and role in ("script_meter", "power_meter"))
    or (kind == "stuck" and role in ("switch", "laser"))
]


@pytest.mark.parametrize("after", [0, 3, 9])
@pytest.mark.parametrize(("role", "kind"), CASES)
def test_a_fault_has_a_name_and_leaves_the_instrument_safe(role, kind, after):
    bench = open_spare_bench()
    driver = open_driver(bench, role, timeout=1000)
    bench.set_fault(f"{role}:{kind}@{after}")
    told = ""
    try:
        ACTIONS[role](driver, bench)
    except InstrumentError as error:
        told = str(error)
    gate = bench.gate(role)
    happened = gate.active is not None or gate.fault is None
    assert told or not happened or (role, kind) in WITHOUT_WORD
    bench.clear_faults()
    bench.clock.sleep(60.0)
    driver.shutdown()
    assert driver.isShutdown
    assert_off(bench, role)
    driver.close()
    bench.close()


@pytest.mark.parametrize("role", STICKS)
def test_what_sticks_is_told_at_shutdown(role):
    bench = open_spare_bench()
    driver = open_driver(bench, role)
    if "meter" in role:
        driver.source_volts(3.0, 1e-3)
    bench.set_fault(f"{role}:stuck@0")
    ACTIONS[role](driver, bench) if role == "laser" else driver.identify()
    with pytest.raises(StuckOutputError):
        driver.shutdown()
    driver.close()
    bench.close()


def assert_off(bench, role):
    """Look at the simulated instrument itself."""
    device = bench.device(role)
    device_off = {
        "meter": lambda: not device.core.output,
        "script_meter": lambda: not device.channels["smua"].core.output,
        "scope": lambda: not device.armed,
        "switch": lambda: not device.closed,
        "laser": lambda: device.watts() == 0.0,
        "power_meter": lambda: True,
    }
    assert device_off[role]()
