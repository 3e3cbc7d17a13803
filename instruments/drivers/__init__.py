"""The drivers by name, as a setup's TOML names them; a new driver is a new file and one line."""

from importlib import import_module

from .base import SafeDriver

DRIVERS = {
    "keithley6221": "Keithley6221",
    "keithley_dmm6500": "KeithleyDMM6500",
    "kepco_bop": "KepcoBOP",
    "keysight8257d": "Keysight8257D",
    "keysight33500": "Keysight33500",
    "lakeshore425": "LakeShore425",
    "sr830": "SR830",
    "sr860": "SR860",
}


def driver_class(name: str) -> type[SafeDriver]:
    """Return the driver class of a name; the module is imported only now."""
    return getattr(import_module(f".{name}", __name__), DRIVERS[name])


__all__ = ["DRIVERS", "SafeDriver", "driver_class"]
