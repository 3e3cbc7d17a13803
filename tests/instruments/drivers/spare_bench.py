"""A bench of the instruments that no preset has, so that every driver meets its simulated instrument."""

from nado_lab.instruments.drivers import driver_class
from nado_lab.sim_backend import devices
from nado_lab.sim_backend.acquisition import Recorder
from nado_lab.sim_backend.bench import Bench
from nado_lab.sim_backend.clock import SimulatedClock
from nado_lab.sim_backend.devices.source_core import Resistor

OHMS = 1000.0


class QuietWorld(Recorder):
    """A world in which nothing happens but what a test records."""

    contacts = 2

    def advance(self):
        """Do nothing."""


ROLES = {
    "meter": ("keithley2450", lambda clock, _: devices.Keithley2450(clock, Resistor(OHMS))),
    "script_meter": ("keithley2600", lambda clock, _: devices.Keithley2600(clock, Resistor(OHMS))),
    "scope": ("keysight_dsox1102g", lambda clock, world: devices.KeysightDSOX1102G(clock, world, 0)),
    "switch": ("keithley2700", lambda clock, _: devices.Keithley2700(clock)),
    "laser": ("santec_tsl570", lambda clock, _: devices.SantecTSL570(clock)),
    "power_meter": ("thorlabs_pm100", lambda clock, world: devices.ThorlabsPM100(clock, world.light)),
}
"""Role -> (driver, simulated instrument of a clock and a world)."""


def open_spare_bench():
    """Open the bench: its addresses count up from GPIB0::1, its power meter looks at its laser."""
    clock, world = SimulatedClock(), QuietWorld()
    world.light = lambda: placed["laser"][1].watts()
    placed = {
        role: (f"GPIB0::{number}::INSTR", make(clock, world))
        for number, (role, (_, make)) in enumerate(ROLES.items(), start=1)
    }
    world.digitisers = (placed["scope"][1],)
    return Bench("spare", clock, world, placed)


def open_driver(bench, role, **limits):
    """Open the driver of a role, identified."""
    driver = driver_class(ROLES[role][0])(
        bench.roles[role][0], visa_library=bench.visa_library, clock=bench.clock, **limits
    )
    driver.identify()
    return driver
