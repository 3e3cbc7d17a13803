"""What setups of coils share: supplies, the proof of 1 % of the range, over-temperature as interlock."""

from abc import abstractmethod
from typing import TypeVar

import numpy as np
from nado_lab.instruments.errors import InstrumentError
from nado_lab.instruments.limits import check_all
from nado_lab.instruments.roles import BipolarSupply
from nado_lab.instruments.setups.bring_up import Step
from nado_lab.instruments.setups.checks import Proof
from nado_lab.instruments.setups.magnetic.config import MagneticConfig
from nado_lab.instruments.setups.records import Limit, Reading
from nado_lab.instruments.setups.setup import Setup

Config = TypeVar("Config", bound=MagneticConfig)
_SETTLE_S = 0.4
"""A Kepco's reading is the mean of conversions over 320 ms (BIT 4886 manual, 1.2.1)."""


class MagneticSetup(Setup[Config]):
    """A sample in the field of coils."""

    def _assign_roles(self) -> None:
        self.coil_supplies = {name: self.role(name, BipolarSupply) for name in self.config.coil_supplies}

    def limit_list(self) -> tuple[Limit, ...]:
        """List the limits of field, slew and duty."""
        limits = self.config.limits
        return (
            Limit("field", limits.max_field_t, "T"),
            Limit("slew", limits.max_slew_t_per_s, "T/s"),
            Limit("duty", limits.max_duty, ""),
        )

    def check_field(self, field: np.ndarray) -> None:
        """Raise LimitError where fields in T, the start state's and the reset's too, are above the limit."""
        most, reset = self.config.limits.max_field_t, self.config.reset.field_t
        window = f"Lower the window of the port {self.ports[0].name!r}."
        check_all("field", field, 0.0, most, "T", window)
        check_all("reset field", np.array([reset]), 0.0, most, "T", "Lower reset.")

    def interlocks(self) -> tuple[str, ...]:
        """Read which coil is too warm."""
        warm = [name for name, supply in self.coil_supplies.items() if not supply.interlock_closed()]
        return tuple(f"{name}: coil over-temperature; let it cool down" for name in warm)

    @abstractmethod
    def tesla_per_ampere(self, supply: str) -> float:
        """Return the calibration of the coil that a supply feeds."""

    def applied(self) -> dict[str, Reading]:
        """Read the current of each coil, and tell the field that it makes by its calibration."""
        found = {}
        for name, supply in self.coil_supplies.items():
            axis = name.removeprefix("supply").strip("_")
            tesla = supply.measured_amperes() * self.tesla_per_ampere(name)
            found[f"{self.ports[0].name} {axis}".strip()] = Reading(tesla, "T")
        return found

    def proofs(self) -> list[Proof]:
        """Drive 1 % of each supply's range."""
        supplies = self.coil_supplies.items()
        return [(f"1 % of range, {name}", lambda s=supply: self._one_percent(s)) for name, supply in supplies]

    def supply_steps(self) -> list[Step]:
        """Return the steps of a first hour that try each supply."""
        steps = []
        for name, supply in self.coil_supplies.items():
            sends = f"1 % of its limit, {0.01 * supply.most_amperes:.3g} A, through the bus, then off"
            steps.append(Step(f"1 % of range, {name}", sends, lambda s=supply: self._one_percent(s)))
        return steps

    def _one_percent(self, supply: BipolarSupply) -> str:
        """Drive 1 % of the current range from the bus and read it back."""
        wanted = 0.01 * supply.most_amperes
        supply.prepare_amplifier(supply.most_volts)
        supply.ramp_to(wanted)
        self.clock.sleep(_SETTLE_S)
        found = supply.measured_amperes()
        supply.shutdown()
        if abs(found - wanted) > max(0.1 * wanted, read_at_rest(supply)):
            raise InstrumentError(f"asked for {wanted * 1e3:.1f} mA, read back {found * 1e3:.1f} mA")
        return f"{wanted * 1e3:.1f} mA set, {found * 1e3:.1f} mA read back"


def read_at_rest(supply: BipolarSupply) -> float:
    """Return what a supply may read in A where no current flows: the resolution of its converter."""
    return float(getattr(supply, "reads_at_rest_a", 0.0))
