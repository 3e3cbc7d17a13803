"""What the setup panel shows of a bench: a few quantities with units, read in the bench's own thread."""

from nado_lab.instruments.roles import Thermometer
from nado_lab.instruments.setups.setup import Setup

Readings = dict[str, tuple[object, str]]
"""Quantity or setting -> (value, unit)."""


def readings(setup: Setup) -> Readings:
    """Give name -> (value, unit): field and current of every axis, temperatures, interlock."""
    return _coils(setup) | _temperatures(setup) | _interlock(setup)


def _coils(setup: Setup) -> Readings:
    """Read the current of every coil's supply, and tell what field it makes."""
    found: Readings = {}
    config = setup.config.model_dump()
    for role, supply in setup.coil_supplies.items():
        axis = role.removeprefix("supply").strip("_")
        amperes = float(supply.measured_amperes())
        calibration = config["axes"][axis] if axis else config["axis"]
        found[f"field {axis}".strip()] = (amperes * calibration["tesla_per_ampere"], "T")
        found[f"current {axis}".strip()] = (amperes, "A")
    return found


def _temperatures(setup: Setup) -> Readings:
    """Read every thermometer; one alone is "temperature"."""
    probes = {name: role for name, role in setup.roles.items() if isinstance(role, Thermometer)}
    names = {role: "temperature" if len(probes) == 1 else f"temperature {role}" for role in probes}
    return {names[role]: (float(probe.measured_kelvin()), "K") for role, probe in probes.items()}


def _interlock(setup: Setup) -> Readings:
    supplies = setup.coil_supplies.values()
    closed = all(supply.interlock_closed() for supply in supplies) and not setup.interlock_tripped
    return {"interlock": (closed, "")}


def settings(setup: Setup) -> Readings:
    """Give every setting of every instrument (many queries: on connecting, not every second)."""
    return {
        f"{role} {name}".replace("_", " "): (setting["value"], setting.get("unit", ""))
        for role, driver in setup.roles.items()
        for name, setting in driver.snapshot().items()
    }


def frequencies(setup: object) -> tuple[float, ...]:
    """Give the grid (channel,) in Hz of a setup whose readout is a spectrum, nothing for others."""
    grid = getattr(setup, "frequencies", None)
    return () if grid is None else tuple(map(float, grid))
