"""Read a setup from its TOML file, and open it."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nado_lab.instruments.clock import Clock, WallClock
from nado_lab.instruments.drivers import DRIVERS
from nado_lab.instruments.errors import SetupError
from nado_lab.instruments.setups.config import SetupConfig
from nado_lab.instruments.setups.kinds import KINDS, preset_files
from nado_lab.instruments.setups.open_roles import VisaLibrary
from nado_lab.instruments.setups.role_limits import require_limits
from nado_lab.instruments.setups.setup import Setup
from pydantic import ValidationError


def builtin_setups() -> dict[str, str]:
    """Return name -> description of the setups that come along."""
    configs = [_parse(path.read_text(encoding="utf-8"), path.name) for path in preset_files().values()]
    return {config.name: config.description for config in configs}


def load_setup(name_or_path: str | Path) -> SetupConfig:
    """Return a built-in setup by name, or one from a TOML file."""
    path = _path_of(name_or_path)
    config = _parse(_read(path), str(name_or_path))
    require_limits(config, str(name_or_path))
    return config


def open_setup(
    config: SetupConfig, visa_library: VisaLibrary | None = None, clock: Clock | None = None
) -> Setup[Any]:
    """Open all instruments of a setup; use it in a ``with`` block, whose end makes everything safe."""
    library = config.visa_library if visa_library is None else visa_library
    kind = KINDS.get(config.kind)
    if kind is None or not isinstance(config, kind.config):
        raise SetupError(f"setup {config.name!r} is of kind {config.kind!r}, which nothing opens")
    return kind.setup(config, library, clock or WallClock())


def config_from(data: Mapping[str, object], where: str) -> SetupConfig:
    """Return a setup from the plain data of a file, or of the record that a run keeps of it."""
    kind = KINDS.get(str(data.get("kind")))
    if kind is None:
        raise SetupError(f"{where}: kind must be one of {', '.join(KINDS)}, got {data.get('kind')!r}")
    try:
        return kind.config.model_validate(data)
    except ValidationError as error:
        raise SetupError(f"{where} is no setup: {_first(error)}") from error


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise SetupError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SetupError(f"{path} is no TOML: it is no text in UTF-8 ({error.reason})") from error


def _path_of(name_or_path: str | Path) -> Path:
    path = preset_files().get(str(name_or_path), Path(name_or_path))
    if not path.is_file():
        known = ", ".join(builtin_setups())
        raise SetupError(f"no setup {str(name_or_path)!r}: expected one of {known}, or a path to a TOML file")
    return path


def _parse(text: str, where: str) -> SetupConfig:
    try:
        config = config_from(tomllib.loads(text), where)
    except tomllib.TOMLDecodeError as error:
        raise SetupError(f"{where} is no TOML: {error}") from error
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
    detail = error.errors()[0]
    return f"{'.'.join(str(part) for part in detail['loc'])}: {detail['msg']}"
