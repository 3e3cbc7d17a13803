"""Read a setup from its TOML file, and open it."""

import logging
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from nado_lab.instruments.clock import Clock, WallClock
from nado_lab.instruments.drivers import DRIVERS
from nado_lab.instruments.errors import SetupError
from nado_lab.instruments.setups.config import SetupConfig
from nado_lab.instruments.setups.families import (
    FAMILIES,
    builtin_preset_files,
    preset_file,
    preset_files,
    taken_names,
)
from nado_lab.instruments.setups.open_roles import VisaLibrary
from nado_lab.instruments.setups.role_limits import require_limits
from nado_lab.instruments.setups.setup import Setup
from nado_lab.plugins import Broken
from nado_lab.wrong_values import in_words
from pydantic import ValidationError

log = logging.getLogger(__name__)


def builtin_setups() -> dict[str, str]:
    """Return name -> description of the setups that need no file of your own, but broken ones of plug-ins."""
    found = {}
    for name, path in preset_files().items():
        try:
            config = _parse(_read(path), str(path))
        except SetupError as error:
            if name in builtin_preset_files():
                raise
            log.warning("left out: %s", error)
        else:
            found[name] = config.description
    return found


def broken_presets() -> tuple[Broken, ...]:
    """Return the setups of plug-ins that cannot be used: no setup, or a name that is taken."""
    found = taken_names()
    for name, path in preset_files().items():
        try:
            _parse(_read(path), str(path))
        except SetupError as error:
            found.append(Broken("setups", name, str(path), str(error)))
    return tuple(found)


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
    family = FAMILIES.load(config.kind)
    if not isinstance(config, family.config):
        raise SetupError(f"setup {config.name!r} is of kind {config.kind!r}, but a {type(config).__name__}")
    return family.setup(config, library, clock or WallClock())


def config_from(data: Mapping[str, object], where: str) -> SetupConfig:
    """Return a setup from the plain data of a file, or of the record that a run keeps of it."""
    kind = data.get("kind")
    if not isinstance(kind, str) or kind not in FAMILIES:
        raise FAMILIES.unknown(kind, f"{where}: ")
    try:
        return FAMILIES.load(kind).config.model_validate(data)
    except ValidationError as error:
        raise SetupError(f"{where} is no setup: {_first(error)}") from error


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")  # Notepad begins a file with a byte order mark
    except OSError as error:
        raise SetupError(f"{path} cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise SetupError(f"{path} is no TOML: it is no text in UTF-8 ({error.reason})") from error


def _path_of(name_or_path: str | Path) -> Path:
    path = preset_file(str(name_or_path)) or Path(name_or_path)
    if not path.is_file():
        known = ", ".join(builtin_setups())
        hint = FAMILIES.hint(str(name_or_path))
        raise SetupError(
            f"no setup {str(name_or_path)!r}: expected one of {known}, or a path to a TOML file{hint}"
        )
    return path


def _parse(text: str, where: str) -> SetupConfig:
    try:
        tables = tomllib.loads(text)
    except (ValueError, RecursionError) as error:  # numbers of thousands of digits, tables nested as deep
        raise SetupError(f"{where} is no TOML: {error}") from error
    config = config_from(tables, where)
    _require_one_owner(config, where)
    for role in config.roles.values():
        if role.driver not in DRIVERS:
            raise DRIVERS.unknown(role.driver, f"{where}: ")
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
    return f"{'.'.join(str(part) for part in detail['loc'])}: {in_words(detail)}"
