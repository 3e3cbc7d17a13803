"""A setup as data, what every family has of it: roles and ports; checked on the way in."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Annotated, ClassVar, Literal, Self

from nado_lab.instruments.drivers import speaks_visa
from nado_lab.instruments.setups.address import visa_address
from nado_lab.instruments.setups.toml_text import toml_text
from nado_lab.port import Port
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PositiveFloat,
    field_validator,
    model_validator,
)
from pyvisa.constants import ControlFlow, Parity, StopBits


class ConfigPart(BaseModel):
    """A table of a setup file: unknown entries are refused, numbers are finite."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class SerialConfig(ConfigPart):
    """How a serial line is set; what is left out is the driver's, or 9600 baud, 8 data bits, no parity."""

    baud_rate: int | None = Field(default=None, gt=0)
    data_bits: Literal[5, 6, 7, 8] | None = None
    parity: Literal["none", "odd", "even", "mark", "space"] | None = None
    stop_bits: float | None = None
    flow_control: Literal["none", "xon_xoff", "rts_cts", "dtr_dsr"] | None = None
    read_termination: str | None = None
    write_termination: str | None = None

    @field_validator("stop_bits")
    @classmethod
    def _one_of(cls, bits: float | None) -> float | None:
        if bits not in (None, 1, 1.5, 2):
            raise ValueError(f"stop_bits is 1, 1.5 or 2, not {bits:g}")
        return bits

    def for_visa(self) -> dict[str, object]:
        """Return the settings that are stated, by pyvisa's names and in its values."""
        stated = {name: value for name, value in self.model_dump().items() if value is not None}
        words = {"parity": Parity, "flow_control": ControlFlow}
        stated |= {name: kind[stated[name]] for name, kind in words.items() if name in stated}
        if "stop_bits" in stated:
            stated["stop_bits"] = StopBits(round(10 * stated["stop_bits"]))
        return stated


class RoleConfig(ConfigPart):
    """One instrument: driver, VISA address, limits handed to the driver, the line where it is serial."""

    driver: str
    address: str
    limits: dict[str, float] = Field(default_factory=dict)
    timeout_s: PositiveFloat = 5.0
    serial: SerialConfig | None = None

    @model_validator(mode="after")
    def _serial_where_serial(self) -> Self:
        if self.serial is not None and not self.address.upper().startswith("ASRL"):
            raise ValueError(
                f"serial is for a serial port (ASRL...::INSTR), and the address is {self.address!r}"
            )
        return self

    @model_validator(mode="before")
    @classmethod
    def _one_spelling(cls, given: object) -> object:
        """Spell the address in one way; what NI-DAQmx calls a channel is no VISA address."""
        if not isinstance(given, dict) or not isinstance(given.get("address"), str):
            return given
        if not speaks_visa(str(given.get("driver"))):
            return given
        return given | {"address": visa_address(given["address"])}

    def at(self, address: str) -> "RoleConfig":
        """Return the same role at another address."""
        kept = self.model_dump() | {"address": address}
        is_serial = address.upper().startswith("ASRL")
        return RoleConfig.model_validate(kept if is_serial else kept | {"serial": None})


class StepwiseConfig(ConfigPart):
    """How a setup is asked step by step.

    `period_s` is the time from the begin of a step to that of the next one; left out, it is the shortest that
    the setup can do. It must leave time to compute the next drive and to send it. When no step has come for
    `patience_s` (s, by the wall's clock) after the last one, the setup goes to its safe state.
    """

    period_s: PositiveFloat | None = None
    patience_s: PositiveFloat = 5.0


def _port_of(given: object) -> object:
    """Make a port of a table; ValueError where it has an unknown entry."""
    if not isinstance(given, dict):
        return given
    known = [each.name for each in fields(Port)]
    if unknown := [str(name) for name in given if name not in known]:
        raise ValueError(f"a port has no {unknown[0]!r}; it has {', '.join(known)}")
    return Port.from_json(given)


PortEntry = Annotated[Port, BeforeValidator(_port_of)]


class SetupConfig(BaseModel, frozen=True):
    """What every setup has; the kind decides what else."""

    required_limits: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    """Role -> limits that must be stated: what it drives bears less than the instrument can do."""
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
    ports: tuple[PortEntry, ...] = Field(min_length=1)
    """What the device is driven with: the one place where the window of a drive stands."""
    stepwise: StepwiseConfig = Field(default_factory=StepwiseConfig)
    simulation: dict[str, bool | int | float | str] = Field(default_factory=dict)
    """Options of the simulated bench, for setups whose visa_library is one."""

    @property
    def not_stepwise(self) -> str:
        """Say why this setup cannot be asked step by step; nothing where it can."""
        return f"a setup of kind {self.kind!r} plays whole trials only"

    @model_validator(mode="after")
    def _ports_have_names(self) -> Self:
        names = [port.name for port in self.ports]
        if len(set(names)) < len(names):
            raise ValueError(f"ports need names of their own; got {', '.join(names)}")
        return self

    def with_addresses(self, addresses: dict[str, str], visa_library: str) -> Self:
        """Return the same setup at other VISA addresses (role -> address)."""
        roles = {name: role.at(addresses.get(name, role.address)) for name, role in self.roles.items()}
        return self.model_copy(update={"roles": roles, "visa_library": visa_library})

    def to_toml(self) -> str:
        """Return the text of a file that loads as this setup."""
        return toml_text(self.model_dump(mode="json"))
