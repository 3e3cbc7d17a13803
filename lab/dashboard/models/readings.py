"""What the setup panel shows of a bench: a few quantities with units, read in the bench's own thread."""

from typing import Any

Readings = dict[str, tuple[Any, str]]


def readings(setup: Any) -> Readings:
    """Give name -> (value, unit): field and current of every axis, temperatures, interlock."""
    return _coils(setup) | _temperatures(setup) | _interlock(setup)


def _coils(setup: Any) -> Readings:
    """Read the current of every coil's supply, and tell what field it makes."""
    found: Readings = {}
    for role, supply in setup.coil_supplies.items():
        axis = role.removeprefix("supply").strip("_")
        amperes = float(supply.measured_amperes())
        calibration = getattr(setup.config.axes, axis) if axis else setup.config.axis
        found[f"field {axis}".strip()] = (amperes * calibration.tesla_per_ampere, "T")
        found[f"current {axis}".strip()] = (amperes, "A")
    return found


def _temperatures(setup: Any) -> Readings:
    """Read every thermometer; one alone is "temperature"."""
    probes = {name: role for name, role in setup.roles.items() if hasattr(role, "measured_kelvin")}
    names = {role: "temperature" if len(probes) == 1 else f"temperature {role}" for role in probes}
    return {names[role]: (float(probe.measured_kelvin()), "K") for role, probe in probes.items()}


def _interlock(setup: Any) -> Readings:
    supplies = setup.coil_supplies.values()
    closed = all(supply.interlock_closed() for supply in supplies) and not setup.interlock_tripped
    return {"interlock": (closed, "")}


def settings(setup: Any) -> Readings:
    """Give every setting of every instrument (many queries: on connecting, not every second)."""
    return {
        f"{role} {name}".replace("_", " "): (setting["value"], setting.get("unit", ""))
        for role, found in setup.snapshot()["instruments"].items()
        for name, setting in found.items()
    }


def frequencies(setup: Any) -> tuple[float, ...]:
    """Give the grid (channel,) in Hz of a setup whose readout is a spectrum, nothing for others."""
    grid = getattr(setup, "frequencies", None)
    return () if grid is None else tuple(map(float, grid))
