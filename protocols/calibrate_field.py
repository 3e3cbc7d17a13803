"""Field calibration: the current through a coil against the field that a probe sees."""

from collections.abc import Mapping
from typing import Protocol, runtime_checkable

import numpy as np
from nado_lab.protocols.base import NadoProcedure, Streams
from nado_lab.protocols.columns import Column
from nado_lab.protocols.device import MeasuringDevice
from nado_lab.protocols.errors import ProtocolError
from nado_lab.protocols.pymeasure_types import integer, number, text


@runtime_checkable
class RampedSupply(Protocol):
    """A supply whose current can be ramped and read."""

    def ramp_to(self, amperes: float) -> None:
        """Move the current within the slew limit."""
        ...

    def measured_amperes(self) -> float:
        """Read the current that flows."""
        ...


@runtime_checkable
class FieldReader(Protocol):
    """An instrument that reads a field."""

    def measured_tesla(self) -> float:
        """Read the field in T."""
        ...


class CalibrateField(NadoProcedure):
    """Step the current of one supply through a range, there and back, and read current and field."""

    supply: str = text("Role of the supply", default="")
    current: float = number("Largest current (+/-)", "A", default=1.0, minimum=0, maximum=100)
    points: int = integer("Currents", default=21, minimum=2, maximum=10_000)
    settle: float = number("Time to settle", "s", default=0.5, minimum=0, maximum=1000)

    def bind(self, setup: MeasuringDevice) -> None:
        """Find the supply and the probe among the roles of the setup."""
        super().bind(setup)
        roles: Mapping[str, object] = getattr(setup, "roles", {})
        supplies = {name: role for name, role in roles.items() if isinstance(role, RampedSupply)}
        probes = {name: role for name, role in roles.items() if isinstance(role, FieldReader)}
        if not probes:
            raise ProtocolError("no role of this setup measures a field (measured_tesla); add a gaussmeter")
        if self.supply and self.supply not in supplies:
            raise ProtocolError(f"supply={self.supply}: expected one of {', '.join(supplies) or 'none'}")
        if not supplies:
            raise ProtocolError("no role of this setup is a supply whose current can be ramped")
        self.supply = self.supply or next(iter(supplies))
        self._coil, self._probe = supplies[self.supply], probes[_probe_of(self.supply, list(probes))]

    def columns(self) -> Streams:
        """Declare set current, measured current, field."""
        return {
            "primary": (
                Column("set_current", units="A", description="asked of the supply", is_coordinate=True),
                Column("current", units="A", description="read from the supply"),
                Column("field", units="T", description="read from the probe"),
            )
        }

    def row_count(self) -> int:
        """Count the points there and back."""
        return len(self._currents())

    def estimate_s(self, setup: MeasuringDevice) -> float:  # noqa: ARG002
        """Take the time to settle at every current; the ramps between them are short beside it."""
        return (2 * self.points - 1) * self.settle

    def startup(self) -> None:
        """Switch the bench on at zero field."""
        self.setup.energise()

    def execute(self) -> None:
        """Ramp within the slew limit, settle, read."""
        for amperes in self._currents()[self.start_row :]:
            self._coil.ramp_to(float(amperes))
            self.setup.clock.sleep(self.settle)
            if self.should_stop():
                return
            row = {"set_current": amperes, "current": self._coil.measured_amperes()}
            self.emit("primary", {**row, "field": self._probe.measured_tesla()})

    def _currents(self) -> np.ndarray:
        up: np.ndarray = np.linspace(-self.current, self.current, self.points)
        return np.concatenate([up, up[-2::-1]])


def _probe_of(supply: str, probes: list[str]) -> str:
    """Choose the probe of the supply's axis (supply_y: gaussmeter_y); where there is but one, that one."""
    axis = supply.rpartition("_")[2]
    mine = [name for name in probes if name.rpartition("_")[2] == axis]
    if len(probes) > 1 and not mine:
        raise ProtocolError(
            f"which of {', '.join(probes)} belongs to {supply}? Name the role with the supply's axis (_x, _y)"
        )
    return (mine or probes)[0]


def fitted(current: np.ndarray, field: np.ndarray) -> dict[str, float]:
    """Fit field (T) = slope x current (A) + offset; give slope, offset and the rms residual."""
    design = np.stack([current, np.ones_like(current)], axis=1)
    (slope, offset), *_ = np.linalg.lstsq(design, field, rcond=None)
    residual = field - design @ np.array([slope, offset])
    return {
        "tesla_per_ampere": float(slope),
        "offset_t": float(offset),
        "rms_t": float(np.sqrt(np.mean(residual**2))),
    }
