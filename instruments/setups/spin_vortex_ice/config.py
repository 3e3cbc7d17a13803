"""What a setup of a spin-vortex ice states beside the common part; its kind is called "asvi" in files."""

from collections.abc import Mapping
from typing import ClassVar, Literal, Self

from nado_lab.instruments.setups.config import ConfigPart
from nado_lab.instruments.setups.magnetic import MagneticConfig
from pydantic import PositiveFloat, PositiveInt, model_validator


class FieldLoopConfig(ConfigPart):
    """One field loop a step: time to settle at each end, allowed deviation of the measured field."""

    settle_s: PositiveFloat
    poll_s: PositiveFloat = 1.0
    field_tolerance: PositiveFloat = 0.03


class SpectrumConfig(ConfigPart):
    """The frequency grid of a spectrum and the microwaves that measure it."""

    start_hz: PositiveFloat
    stop_hz: PositiveFloat
    points: PositiveInt
    dwell_s: PositiveFloat
    power_dbm: float

    @model_validator(mode="after")
    def _upwards(self) -> Self:
        if self.stop_hz <= self.start_hz:
            raise ValueError(f"stop_hz {self.stop_hz:g} must lie above start_hz {self.start_hz:g}")
        return self


class ModulationConfig(ConfigPart):
    """The field modulation and the lock-in that follows it."""

    frequency_hz: PositiveFloat
    sine_v: PositiveFloat
    time_constant_s: PositiveFloat
    sensitivity_v: PositiveFloat


class MagnetConfig(ConfigPart):
    """Calibration of a single axis driven by current."""

    tesla_per_ampere: PositiveFloat
    offset_t: float = 0.0


class SpinVortexIceConfig(MagneticConfig, frozen=True, extra="forbid"):
    """Field loops and microwave spectra of an artificial spin-vortex ice."""

    coil_supplies: ClassVar[tuple[str, ...]] = ("supply",)
    taken_down: ClassVar[tuple[tuple[str, ...], ...]] = (coil_supplies, ("microwave", "lockin"))
    required_limits: ClassVar[Mapping[str, tuple[str, ...]]] = {"supply": ("max_amperes",)}

    kind: Literal["asvi"]
    loop: FieldLoopConfig
    spectrum: SpectrumConfig
    modulation: ModulationConfig
    axis: MagnetConfig

    @property
    def not_stepwise(self) -> str:
        """Nothing: the field rests while a spectrum is read, and may rest longer."""
        return ""
