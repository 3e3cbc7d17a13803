"""A setup as data, what every family has of it: roles, drive map, limits; checked on the way in."""

from typing import ClassVar, Self

from nado_lab.instruments.setups.address import visa_address
from nado_lab.instruments.setups.toml_text import toml_text
from pydantic import BaseModel, ConfigDict, Field, PositiveFloat, model_validator


class ConfigPart(BaseModel):
    """A table of a setup file: unknown entries are refused, numbers are finite."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class RoleConfig(ConfigPart):
    """One instrument: its driver, its VISA address, limits handed to the driver."""

    driver: str
    address: str
    limits: dict[str, float] = Field(default_factory=dict)
    timeout_s: PositiveFloat = 5.0

    @model_validator(mode="before")
    @classmethod
    def _one_spelling(cls, given: object) -> object:
        """Spell the address in one way; what NI-DAQmx calls a channel is no VISA address."""
        if not isinstance(given, dict) or not isinstance(given.get("address"), str):
            return given
        is_visa = not str(given.get("driver")).startswith("ni_")
        return given | {"address": visa_address(given["address"])} if is_visa else given

    def at(self, address: str) -> "RoleConfig":
        """Return the same role at another address."""
        return RoleConfig(**{**self.model_dump(), "address": address})


class DriveConfig(ConfigPart):
    """The map from u in [-1, 1] to tesla: centre + range x u."""

    field_centre_t: float
    field_range_t: PositiveFloat


class ResetConfig(ConfigPart):
    """The saturating pulse that begins every trial."""

    field_t: PositiveFloat


class LimitsConfig(ConfigPart):
    """What the coils and the sample bear."""

    max_field_t: PositiveFloat
    max_slew_t_per_s: PositiveFloat
    max_duty: PositiveFloat = Field(default=1.0, le=1.0)


class SetupConfig(BaseModel, frozen=True):
    """What every setup has; the kind decides what else."""

    coil_supplies: ClassVar[tuple[str, ...]] = ()
    """Roles that feed a coil: what they may send at most must be stated."""
    taken_down: ClassVar[tuple[tuple[str, ...], ...]] = ()
    """Roles that drive something, in the order in which they are taken down; a group together."""
    safe_state: ClassVar[str] = ""
    """What the bench is like when it is safe."""

    name: str
    kind: str
    description: str = ""
    sample: str = ""
    visa_library: str = "@py"
    roles: dict[str, RoleConfig]
    drive: DriveConfig
    reset: ResetConfig
    limits: LimitsConfig
    simulation: dict[str, bool | int | float | str] = Field(default_factory=dict)
    """Options of the simulated bench, for setups whose visa_library is one."""

    def with_addresses(self, addresses: dict[str, str], visa_library: str) -> Self:
        """Return the same setup at other VISA addresses (role -> address)."""
        roles = {name: role.at(addresses.get(name, role.address)) for name, role in self.roles.items()}
        return self.model_copy(update={"roles": roles, "visa_library": visa_library})

    def to_toml(self) -> str:
        """Return the text of a file that loads as this setup."""
        return toml_text(self.model_dump(mode="json"))
