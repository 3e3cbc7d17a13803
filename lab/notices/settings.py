"""Whom to call: of the option --notify, and of the settings file of a user."""

from __future__ import annotations

import os
import shlex
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from nado_lab.lab.errors import LabError
from nado_lab.lab.toml_file import read_model
from pydantic import BaseModel, ConfigDict, Field

SETTINGS = "NADO_SETTINGS"
"""Environment variable: the settings file in place of the user's own ("" is none)."""
_EXPECTED = "expected http(s)://HOST/..., or a command such as: notify-send NADO"


@dataclass(frozen=True)
class Target:
    """A command (argv, no shell) or a URL (argv empty); `only_failures`: not for what ended as it should."""

    argv: tuple[str, ...] = ()
    url: str = ""
    only_failures: bool = False

    @property
    def name(self) -> str:
        """Name it without what may be secret: a program, or a host."""
        return self.argv[0] if self.argv else urlsplit(self.url).hostname or "a URL"


class _Notify(BaseModel):
    model_config = ConfigDict(extra="forbid")

    end: list[str | list[str]] = Field(default_factory=list)
    failure: list[str | list[str]] = Field(default_factory=list)


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid")

    notify: _Notify = Field(default_factory=_Notify)


def read_target(given: str | list[str], *, only_failures: bool = False) -> Target:
    """Read a URL, a command line or an argv; LabError says what was expected."""
    if isinstance(given, str) and _scheme(given) in ("http", "https"):
        return Target(url=_checked(given.strip()), only_failures=only_failures)
    try:
        argv = _split(given) if isinstance(given, str) else list(given)
    except ValueError as error:
        raise LabError(f"whom to notify: {given!r} is no command line ({error}); {_EXPECTED}") from error
    if not argv or not argv[0] or "://" in argv[0] or any("\0" in word for word in argv):
        raise LabError(f"whom to notify: {given!r} is neither a command nor a URL; {_EXPECTED}")
    return Target(tuple(argv), only_failures=only_failures)


def targets_of_settings() -> tuple[Target, ...]:
    """Read whom the settings file names; nobody where there is none."""
    path = settings_file()
    if path is None or not path.exists():
        return ()
    found = read_model(path, _Settings).notify
    try:
        return (
            *(read_target(each) for each in found.end),
            *(read_target(each, only_failures=True) for each in found.failure),
        )
    except LabError as error:
        raise LabError(f"{path}: {error}") from error


def settings_file() -> Path | None:
    """Say where the settings of the user lie, or would lie."""
    from platformdirs import user_config_path

    if SETTINGS in os.environ:
        return Path(os.environ[SETTINGS]) if os.environ[SETTINGS] else None
    return user_config_path("nado-lab", appauthor=False) / "settings.toml"


def _scheme(text: str) -> str:
    try:
        return urlsplit(text.strip()).scheme.lower()
    except ValueError:
        return ""


def _checked(url: str) -> str:
    try:
        split = urlsplit(url)
        good = bool(split.hostname) and split.port != 0  # a port that is none raises
    except ValueError:
        good = False
    if not good or any(each.isspace() or not each.isprintable() for each in url):
        raise LabError(f"whom to notify: {url!r} is no whole URL; {_EXPECTED}")
    return url


def _split(line: str) -> list[str]:
    """Split a command line into words; on Windows a backslash stays what it is."""
    if os.name != "nt":
        return shlex.split(line)
    return [word.strip('"') for word in shlex.split(line, posix=False)]
