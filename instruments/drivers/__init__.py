"""The drivers by name, as a setup's TOML names them; a new driver is a new file and one line."""

from importlib import import_module
from typing import Any

from nado_lab.instruments.drivers.base import SafeDriver

DRIVERS = {
    "keithley6221": ("keithley6221", "Keithley6221"),
    "keithley_dmm6500": ("keithley_dmm6500", "KeithleyDMM6500"),
    "kepco_bop": ("kepco_bop", "KepcoBOP"),
    "keysight8257d": ("keysight8257d", "Keysight8257D"),
    "keysight_e5071c": ("keysight_e5071c", "KeysightE5071C"),
    "keysight33500": ("keysight33500", "Keysight33500"),
    "lakeshore335": ("lakeshore335", "LakeShore335"),
    "lakeshore425": ("lakeshore425", "LakeShore425"),
    "ni_digitiser": ("ni_daqmx", "NiDigitiser"),
    "ni_waveform_pair": ("ni_daqmx", "NiWaveformPair"),
    "sr830": ("sr830", "SR830"),
    "sr860": ("sr860", "SR860"),
}


def driver_class(name: str) -> type[Any]:
    """Return the driver class of a name; the module is imported only now."""
    module, class_name = DRIVERS[name]
    return getattr(import_module(f".{module}", __name__), class_name)


__all__ = ["DRIVERS", "SafeDriver", "driver_class"]
