"""What setups of coils state: limits of the field, the saturating field that begins a trial, one port."""

from collections.abc import Mapping
from typing import Any, ClassVar, Self

from nado_lab.instruments.setups.config import ConfigPart, SetupConfig
from pydantic import Field, PositiveFloat, model_validator

_OLDER = ("field_centre_t", "field_range_t")


class FieldResetConfig(ConfigPart):
    """The saturating field that begins every trial."""

    field_t: PositiveFloat


class FieldLimitsConfig(ConfigPart):
    """What the coils and the sample bear."""

    max_field_t: PositiveFloat
    max_slew_t_per_s: PositiveFloat
    max_duty: PositiveFloat = Field(default=1.0, le=1.0)


class MagneticConfig(SetupConfig, frozen=True):
    """A sample in the field of coils; its one port is the field."""

    coil_supplies: ClassVar[tuple[str, ...]] = ()
    """Roles that feed a coil."""
    safe_state: ClassVar[str] = "field at zero, sources off"

    reset: FieldResetConfig
    limits: FieldLimitsConfig

    @model_validator(mode="before")
    @classmethod
    def _older_drive(cls, given: Any) -> Any:  # noqa: ANN401  (what a file holds)
        """Read the window of an older file: [drive] with field_centre_t and field_range_t."""
        if not isinstance(given, Mapping) or "drive" not in given or "ports" in given:
            return given
        window = given["drive"]
        if not isinstance(window, Mapping) or set(window) != set(_OLDER):
            raise ValueError("[drive] of an older file has field_centre_t and field_range_t; write [[ports]]")
        centre, half = (float(window[name]) for name in _OLDER)
        port = {"name": "field", "unit": "T", "shown": "mT", "low": centre - half, "high": centre + half}
        return {name: value for name, value in given.items() if name != "drive"} | {"ports": [port]}

    @model_validator(mode="after")
    def _one_field(self) -> Self:
        if len(self.ports) != 1 or self.ports[0].unit != "T":
            raise ValueError(
                f"this kind of setup has one port, a field in T; got {', '.join(map(str, self.ports))}"
            )
        return self
