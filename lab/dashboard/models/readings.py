"""What the setup panel shows of a bench: a few quantities with units, read in the bench's own thread."""

from nado_lab.instruments.setups.setup import Setup
from nado_lab.lab.si_text import si_text

Readings = dict[str, tuple[object, str]]
"""Quantity or setting -> (value, unit)."""
INTERLOCK = "interlock"


def readings(setup: Setup) -> Readings:
    """Give name -> (value, unit): what instruments read, and whether the interlock is closed."""
    read = {name.replace("_", " "): (each.value, each.unit) for name, each in setup.readings().items()}
    return {**read, INTERLOCK: (not setup.interlock_tripped and not setup.interlocks(), "")}


def applied(setup: Setup) -> Readings:
    """Give what acts on the device now, by port."""
    return {name: (each.value, each.unit) for name, each in setup.applied().items()}


def headline(found: Readings) -> str:
    """Write the readings that have a unit in one line: "0 T, 0 A, 295 K"."""
    told = [(float(value), unit) for value, unit in found.values() if unit and isinstance(value, int | float)]
    return ", ".join(si_text(value, unit) for value, unit in told)


def settings(setup: Setup) -> Readings:
    """Give every setting of every instrument (many queries: on connecting, not every second)."""
    return {
        f"{role} {name}".replace("_", " "): (setting["value"], setting.get("unit", ""))
        for role, driver in setup.roles.items()
        for name, setting in driver.snapshot().items()
    }
