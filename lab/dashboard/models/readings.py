"""What the setup panel shows of a bench: a few quantities with units, read in the bench's own thread."""

from typing import Any

MOST = 24
Readings = dict[str, tuple[Any, str]]


def readings(setup: Any) -> Readings:
    """Give name -> (value, unit): field and current of every axis, then switches and settings."""
    return dict(list((_coils(setup) | _interlock(setup) | _settings(setup)).items())[:MOST])


def _coils(setup: Any) -> Readings:
    """Read the current of every supply that can tell it, and what field it makes."""
    found: Readings = {}
    for axis in ("x", "y"):
        supply = setup.roles.get(f"supply_{axis}")
        if supply is None:
            continue
        amperes = float(supply.measured_amperes())
        tesla_per_ampere = getattr(setup.config.axes, axis).tesla_per_ampere
        found[f"field {axis}"] = (amperes * tesla_per_ampere, "T")
        found[f"current {axis}"] = (amperes, "A")
    return found


def _interlock(setup: Any) -> Readings:
    supplies = [role for role in setup.roles.values() if hasattr(role, "interlock_closed")]
    closed = all(supply.interlock_closed() for supply in supplies) and not setup.interlock_tripped
    return {"interlock": (closed, "")}


def _settings(setup: Any) -> Readings:
    """Give the plain numbers and switches among the instruments' settings."""
    return {
        f"{role} {name}".replace("_", " "): (value, "")
        for role, settings in setup.snapshot()["instruments"].items()
        for name, value in settings.items()
        if isinstance(value, bool | int | float)
    }
