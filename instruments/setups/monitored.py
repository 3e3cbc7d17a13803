"""What instruments read of their bench by themselves, for monitors and the window."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from nado_lab.instruments.roles import BipolarSupply, FieldProbe, PowerMeter, Role, SourceMeter, Thermometer
from nado_lab.instruments.setups.records import Reading


@dataclass(frozen=True)
class Monitored:
    """A reading that a role offers: its name and SI unit, and how it is taken."""

    role: type[Any]
    name: str
    unit: str
    read: Callable[[Any], float]


MONITORED = [
    Monitored(BipolarSupply, "current", "A", lambda supply: supply.measured_amperes()),
    Monitored(FieldProbe, "field", "T", lambda probe: probe.measured_tesla()),
    Monitored(Thermometer, "temperature", "K", lambda thermometer: thermometer.measured_kelvin()),
    Monitored(SourceMeter, "voltage", "V", lambda meter: meter.measured_volts()),
    Monitored(SourceMeter, "current", "A", lambda meter: meter.measured_amperes()),
    Monitored(PowerMeter, "power", "W", lambda meter: meter.measured_watts()),
]


def readings_of(roles: Mapping[str, Role]) -> dict[str, Reading]:
    """Read all that there is an instrument for, as ``role_name`` -> Reading."""
    return {
        f"{name}_{each.name}": Reading(each.read(role), each.unit)
        for name, role in roles.items()
        for each in MONITORED
        if isinstance(role, each.role)
    }
