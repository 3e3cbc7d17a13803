"""The drivers by name, as a setup's TOML names them; a new one is a new file and one line, or a plug-in."""

from typing import Any

from nado_lab.instruments.drivers.base import SafeDriver
from nado_lab.instruments.errors import SetupError
from nado_lab.instruments.roles import Role, lacking
from nado_lab.plugins import Registry

_BUILT_IN = {
    "keithley2450": ("keithley2450", "Keithley2450"),
    "keithley2600": ("keithley2600", "Keithley2600"),
    "keithley2700": ("keithley2700", "Keithley2700"),
    "keithley6221": ("keithley6221", "Keithley6221"),
    "keithley_dmm6500": ("keithley_dmm6500", "KeithleyDMM6500"),
    "kepco_bop": ("kepco_bop", "KepcoBOP"),
    "keysight8257d": ("keysight8257d", "Keysight8257D"),
    "keysight_dsox1102g": ("keysight_dsox1102g", "KeysightDSOX1102G"),
    "keysight_e5071c": ("keysight_e5071c", "KeysightE5071C"),
    "keysight33500": ("keysight33500", "Keysight33500"),
    "lakeshore335": ("lakeshore335", "LakeShore335"),
    "lakeshore425": ("lakeshore425", "LakeShore425"),
    "ni_analogue_input": ("ni_analogue_input", "NiAnalogueInput"),
    "ni_analogue_output": ("ni_analogue_output", "NiAnalogueOutput"),
    "ni_digitiser": ("ni_analogue_input", "NiDigitiser"),
    "ni_waveform_pair": ("ni_analogue_output", "NiWaveformPair"),
    "santec_tsl570": ("santec_tsl570", "SantecTSL570"),
    "sr830": ("sr830", "SR830"),
    "sr860": ("sr860", "SR860"),
    "thorlabs_pm100": ("thorlabs_pm100", "ThorlabsPM100"),
}


def _complaint(_: str, driver: object) -> str:
    """Say what a class lacks to be a driver: what every role asks for."""
    if not isinstance(driver, type):
        return f"expected a class, got {driver!r}"
    absent = [member for member in lacking(driver, Role) if member != "isShutdown"]
    return f"{driver.__name__} is no driver: it has no {', '.join(absent)}" if absent else ""


DRIVERS = Registry[type[Any]](
    "drivers",
    "driver",
    {name: f"{__name__}.{module}:{driver}" for name, (module, driver) in _BUILT_IN.items()},
    complaint=_complaint,
    error=SetupError,
)


def driver_class(name: str) -> type[Any]:
    """Return the driver class of a name; the module is imported only now."""
    return DRIVERS.load(name)


def speaks_visa(name: str) -> bool:
    """Tell whether the addresses of a driver are VISA's; one from outside may say `visa = False`."""
    if name in DRIVERS.built_in() or name not in DRIVERS:
        return not name.startswith("ni_")
    try:
        return bool(getattr(driver_class(name), "visa", True))
    except SetupError:  # told where it is used
        return False


__all__ = ["DRIVERS", "SafeDriver", "driver_class", "speaks_visa"]
