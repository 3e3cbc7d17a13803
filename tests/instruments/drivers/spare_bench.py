"""A bench of the instruments that no preset has, so that every driver meets its simulated instrument."""

from nado_lab.sim_backend.bench import Bench
from nado_lab.sim_backend.clock import SimulatedClock
from nado_lab.sim_backend.devices import Keithley2450, Keithley2600
from nado_lab.sim_backend.devices.source_core import Resistor

OHMS = 1000.0
ROLES = {
    "meter": ("keithley2450", lambda clock: Keithley2450(clock, Resistor(OHMS))),
    "script_meter": ("keithley2600", lambda clock: Keithley2600(clock, Resistor(OHMS))),
}
"""Role -> (driver, simulated instrument)."""


class NoWorld:
    """A world in which nothing happens."""

    def advance(self):
        """Do nothing."""


def open_spare_bench():
    """Open the bench; its addresses count up from GPIB0::1."""
    clock = SimulatedClock()
    devices = {
        role: (f"GPIB0::{number}::INSTR", make(clock))
        for number, (role, (_, make)) in enumerate(ROLES.items(), start=1)
    }
    return Bench("spare", clock, NoWorld(), devices)
