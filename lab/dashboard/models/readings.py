"""What the setup panel shows of a bench: a few quantities with units, read in the bench's own thread."""

from math import floor, isfinite, log10

from nado_lab.instruments.roles import Thermometer
from nado_lab.instruments.setups.setup import Setup

PREFIXES = {-4: "p", -3: "n", -2: "µ", -1: "m", 0: "", 1: "k", 2: "M", 3: "G", 4: "T"}
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


def headline(found: Readings) -> str:
    """Write the readings that have a unit in one line: "0 T, 0 A, 295 K"."""
    told = [(float(value), unit) for value, unit in found.values() if unit and isinstance(value, int | float)]
    return ", ".join(si_text(value, unit) for value, unit in told)


def si_text(value: float, unit: str) -> str:
    """Write a value with three digits and the prefix that suits it: "3.36 mT"."""
    if unit == "K" or unit[0].isdigit() or not isfinite(value) or not value:
        return f"{value:.3g} {unit}" if unit != "K" else f"{value:.2f} K"
    power = max(-4, min(4, floor(log10(abs(value)) / 3)))
    return f"{value / 1000**power:.3g} {PREFIXES[power]}{unit}"


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
