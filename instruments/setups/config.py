"""A setup as data: roles, calibration, drive map and limits, read from TOML and checked on the way in."""

import tomllib
from pathlib import Path
from typing import Any, ClassVar, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PositiveFloat,
    PositiveInt,
    ValidationError,
    model_validator,
)

from ..drivers import DRIVERS
from ..errors import SetupError
from .address import visa_address
from .role_limits import require_limits
from .toml_text import toml_text

_PRESETS = Path(__file__).parent / "presets"


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class RoleConfig(_Part):
    """One instrument: its driver, its VISA address, limits handed to the driver."""

    driver: str
    address: str
    limits: dict[str, float] = Field(default_factory=dict)
    timeout_s: PositiveFloat = 5.0

    @model_validator(mode="before")
    @classmethod
    def _one_spelling(cls, given: Any) -> Any:
        """Spell the address in one way; what NI-DAQmx calls a channel is no VISA address."""
        if not isinstance(given, dict) or not isinstance(given.get("address"), str):
            return given
        is_visa = not str(given.get("driver")).startswith("ni_")
        return given | {"address": visa_address(given["address"])} if is_visa else given

    def at(self, address: str) -> "RoleConfig":
        """Return the same role at another address."""
        return RoleConfig(**{**self.model_dump(), "address": address})


class DriveConfig(_Part):
    """The map from u in [-1, 1] to tesla: centre + range x u."""

    field_centre_t: float
    field_range_t: PositiveFloat


class TimingConfig(_Part):
    """The clockwork of a hardware-timed burst.

    `max_burst_s` bounds how many trials one burst joins; a longer trial is a burst of its own.
    """

    rotation_hz: PositiveFloat
    samples_per_rotation: int = Field(ge=8, le=65536)
    mode: Literal["hardware", "stepped"] = "hardware"
    max_burst_s: PositiveFloat = 30.0
    poll_s: PositiveFloat = 0.5


class ResetConfig(_Part):
    """The saturating pulse along +y that begins every trial."""

    field_t: PositiveFloat


class ReadoutConfig(_Part):
    """The current through the sample and the range of the voltage it makes."""

    current_a: float
    compliance_v: PositiveFloat
    range_v: PositiveFloat


class MonitorConfig(_Part):
    """The gaussmeter's analogue output as the monitor digitisers see it."""

    tesla_per_volt: PositiveFloat = 1e-2
    range_v: PositiveFloat = 10.0


class AxisConfig(_Part):
    """Calibration of one axis: field per current, current per control volt, lag, offset."""

    tesla_per_ampere: PositiveFloat
    amperes_per_volt: PositiveFloat
    phase_rad: float = 0.0
    offset_t: float = 0.0
    tesla_per_ampere_error: float = 0.0
    phase_error_rad: float = 0.0
    offset_error_t: float = 0.0


class AxesConfig(_Part):
    """Both axes of the rotating field."""

    x: AxisConfig
    y: AxisConfig


class LoopConfig(_Part):
    """One field loop a step: time to settle at each end, allowed deviation of the measured field."""

    settle_s: PositiveFloat
    poll_s: PositiveFloat = 1.0
    field_tolerance: PositiveFloat = 0.03


class SpectrumConfig(_Part):
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


class ModulationConfig(_Part):
    """The field modulation and the lock-in that follows it."""

    frequency_hz: PositiveFloat
    sine_v: PositiveFloat
    time_constant_s: PositiveFloat
    sensitivity_v: PositiveFloat


class MagnetConfig(_Part):
    """Calibration of a single axis driven by current."""

    tesla_per_ampere: PositiveFloat
    offset_t: float = 0.0


class LimitsConfig(_Part):
    """What the coils and the sample bear."""

    max_field_t: PositiveFloat
    max_slew_t_per_s: PositiveFloat
    max_duty: PositiveFloat = Field(default=1.0, le=1.0)


class SetupConfig(BaseModel):
    """What every setup has; the kind decides what else."""

    model_config = ConfigDict(frozen=True)

    coil_supplies: ClassVar[tuple[str, ...]] = ()
    """Roles that feed a coil: what they may send at most must be stated."""

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


class NanoringConfig(SetupConfig):
    """A rotating field and the voltage over a nanoring array."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    coil_supplies: ClassVar[tuple[str, ...]] = ("supply_x", "supply_y")

    kind: Literal["nanoring"]
    timing: TimingConfig
    readout: ReadoutConfig
    axes: AxesConfig
    monitor: MonitorConfig = MonitorConfig()

    def with_calibration(self, axis: str, values: dict[str, float]) -> Self:
        """Return the same setup with a measured calibration of axis "x" or "y"."""
        changed = getattr(self.axes, axis).model_copy(update=values)
        return self.model_copy(update={"axes": self.axes.model_copy(update={axis: changed})})


class AsviConfig(SetupConfig):
    """Field loops and microwave spectra of an artificial spin-vortex ice."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    coil_supplies: ClassVar[tuple[str, ...]] = ("supply",)

    kind: Literal["asvi"]
    loop: LoopConfig
    spectrum: SpectrumConfig
    modulation: ModulationConfig
    axis: MagnetConfig


_KINDS: dict[str, type[SetupConfig]] = {"nanoring": NanoringConfig, "asvi": AsviConfig}


def builtin_setups() -> dict[str, str]:
    """Return name -> description of the setups that come along."""
    configs = [
        _parse(path.read_text(encoding="utf-8"), path.name) for path in sorted(_PRESETS.glob("*.toml"))
    ]
    return {config.name: config.description for config in configs}


def load_setup(name_or_path: str | Path) -> SetupConfig:
    """Return a built-in setup by name, or one from a TOML file."""
    path = _path_of(name_or_path)
    config = _parse(_read(path), str(name_or_path))
    require_limits(config, str(name_or_path))
    return config


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise SetupError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SetupError(f"{path} is no TOML: it is no text in UTF-8 ({error.reason})") from error


def _path_of(name_or_path: str | Path) -> Path:
    presets = {f"sim:{path.stem}": path for path in _PRESETS.glob("*.toml")}
    path = presets.get(str(name_or_path), Path(name_or_path))
    if not path.is_file():
        known = ", ".join(builtin_setups())
        raise SetupError(f"no setup {str(name_or_path)!r}: expected one of {known}, or a path to a TOML file")
    return path


def _parse(text: str, where: str) -> SetupConfig:
    try:
        data = tomllib.loads(text)
        kind = _KINDS.get(str(data.get("kind")))
        if kind is None:
            raise SetupError(f"{where}: kind must be one of {', '.join(_KINDS)}, got {data.get('kind')!r}")
        config = kind.model_validate(data)
    except tomllib.TOMLDecodeError as error:
        raise SetupError(f"{where} is no TOML: {error}") from error
    except ValidationError as error:
        raise SetupError(f"{where} is no setup: {_first(error)}") from error
    _require_one_owner(config, where)
    unknown = sorted({role.driver for role in config.roles.values()} - set(DRIVERS))
    if unknown:
        raise SetupError(f"{where}: no driver {unknown[0]!r}; there are {', '.join(sorted(DRIVERS))}")
    return config


def _require_one_owner(config: SetupConfig, where: str) -> None:
    """Raise SetupError where two roles share an address: their replies would cross."""
    owner: dict[str, str] = {}
    for name, role in config.roles.items():
        if role.address in owner:
            raise SetupError(f"{where}: roles {owner[role.address]!r} and {name!r} share {role.address}")
        owner[role.address] = name


def _first(error: ValidationError) -> str:
    detail: Any = error.errors()[0]
    return f"{'.'.join(str(part) for part in detail['loc'])}: {detail['msg']}"
