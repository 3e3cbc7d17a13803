"""What a nanoring setup states beside the common part."""

from collections.abc import Mapping
from enum import StrEnum
from typing import ClassVar, Literal, Self

from nado_lab.instruments.setups.config import ConfigPart
from nado_lab.instruments.setups.magnetic import MagneticConfig
from pydantic import Field, PositiveFloat


class Axis(StrEnum):
    """An axis of the rotating field."""

    X = "x"
    Y = "y"


class TimingConfig(ConfigPart):
    """The clockwork of a hardware-timed burst.

    `max_burst_s` bounds how many trials one burst joins; a longer trial is a burst of its own.
    """

    rotation_hz: PositiveFloat
    samples_per_rotation: int = Field(ge=8, le=65536)
    mode: Literal["hardware", "stepped"] = "hardware"
    max_burst_s: PositiveFloat = 30.0
    poll_s: PositiveFloat = 0.5


class ReadoutConfig(ConfigPart):
    """The current through the sample and the range of the voltage it makes."""

    current_a: float
    compliance_v: PositiveFloat
    range_v: PositiveFloat


class MonitorConfig(ConfigPart):
    """The gaussmeter's analogue output as the monitor digitisers see it.

    Where both axes are monitored, nothing is measured while the field that is seen at low drive is off
    by more than the share `largest_deviation` of what was asked for.
    """

    tesla_per_volt: PositiveFloat = 1e-2
    range_v: PositiveFloat = 10.0
    largest_deviation: float = Field(default=0.2, gt=0, lt=1)


class AxisConfig(ConfigPart):
    """Calibration of one axis: field per current, current per control volt, lag, offset."""

    tesla_per_ampere: PositiveFloat
    amperes_per_volt: PositiveFloat
    phase_rad: float = 0.0
    offset_t: float = 0.0
    tesla_per_ampere_error: float = 0.0
    phase_error_rad: float = 0.0
    offset_error_t: float = 0.0


class AxesConfig(ConfigPart):
    """Both axes of the rotating field."""

    x: AxisConfig
    y: AxisConfig

    def of(self, axis: Axis) -> AxisConfig:
        """Return the calibration of an axis."""
        return self.x if axis is Axis.X else self.y


class NanoringConfig(MagneticConfig, frozen=True, extra="forbid"):
    """A rotating field and the voltage over a nanoring array."""

    coil_supplies: ClassVar[tuple[str, ...]] = ("supply_x", "supply_y")
    taken_down: ClassVar[tuple[tuple[str, ...], ...]] = (coil_supplies, ("generator", "source"))
    required_limits: ClassVar[Mapping[str, tuple[str, ...]]] = dict.fromkeys(coil_supplies, ("max_amperes",))

    kind: Literal["nanoring"]
    timing: TimingConfig
    readout: ReadoutConfig
    axes: AxesConfig
    monitor: MonitorConfig = MonitorConfig()

    @property
    def not_stepwise(self) -> str:
        """Say that the field turns without a break, where it does."""
        if self.timing.mode == "stepped":
            return ""
        return (
            "the field turns without a break, so that a trial must be known before it begins; "
            'mode = "stepped" in [timing] makes a burst of each step, with the field at zero between'
        )

    def with_calibration(self, axis: Axis, values: dict[str, float]) -> Self:
        """Return the same setup with a measured calibration of an axis."""
        changed = self.axes.of(axis).model_copy(update=values)
        return self.model_copy(update={"axes": self.axes.model_copy(update={axis.value: changed})})
