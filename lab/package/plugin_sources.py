"""Where the members of registries come from that do not come along: packages and single files of a user's."""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
import threading
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import import_module
from importlib.metadata import EntryPoint, entry_points
from operator import attrgetter
from pathlib import Path
from typing import TypeVar, cast

FILES, FOLDER = "NADO_PLUGINS", "NADO_PLUGIN_FOLDER"
"""Environment variables: files, joined as in PATH; the folder in place of the user's own ("" is none)."""
DEFINED = "NADO_PLUGIN"

T = TypeVar("T")
_lock = threading.RLock()


class PluginError(Exception):
    """Something about a plug-in that a person can mend."""

    for_people = True


@dataclass(frozen=True)
class Plugin:
    """What a plug-in file defines as `NADO_PLUGIN`: members by name, themselves or as "module:attribute"."""

    drivers: Mapping[str, object] = field(default_factory=dict)
    setups: Mapping[str, object] = field(default_factory=dict)
    benches: Mapping[str, object] = field(default_factory=dict)
    protocols: Mapping[str, object] = field(default_factory=dict)
    tasks: Mapping[str, object] = field(default_factory=dict)
    environments: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class Member:
    """One name of a group, where it comes from, and what it is ("module:attribute", or the thing itself)."""

    group: str
    name: str
    origin: str
    target: object

    @property
    def reference(self) -> str:
        """Give "module:attribute"."""
        if isinstance(self.target, str):
            return self.target
        return f"{getattr(self.target, '__module__', '')}:{getattr(self.target, '__qualname__', self.name)}"

    def load(self) -> object:
        """Import it; PluginError where that fails, whatever went wrong in it."""
        if not isinstance(self.target, str):
            return self.target
        module, _, attribute = self.target.partition(":")
        try:
            return attrgetter(attribute)(import_module(module))
        except (Exception, SystemExit) as error:
            raise PluginError(f"{self.target} cannot be imported: {reason_of(error)}") from error


@dataclass(frozen=True)
class Broken:
    """What was left out, where it comes from, and why."""

    group: str
    name: str
    origin: str
    reason: str


def folder() -> Path | None:
    """Give the folder of the user's plug-in files, which need not be there."""
    given = os.environ.get(FOLDER)
    if given is not None:
        return Path(given) if given else None
    from platformdirs import user_config_path

    return user_config_path("nado-lab", appauthor=False) / "plugins"


def named_files() -> tuple[str, ...]:
    """Give the files that `--plugin` and NADO_PLUGINS name."""
    return tuple(filter(None, os.environ.get(FILES, "").split(os.pathsep)))


def use_files(paths: Iterable[str | Path]) -> None:
    """Use more plug-in files, here and in processes started from here; PluginError where one is absent."""
    with _lock:
        named = list(named_files())
        for path in map(Path, paths):
            if not path.is_file():
                raise PluginError(f"plug-in {path}: there is no such file")
            if (full := str(path.resolve())) not in named:
                named.append(full)
        if named:
            os.environ[FILES] = os.pathsep.join(named)


def with_files(paths: Iterable[str], function: Callable[..., T], *arguments: object) -> T:
    """Call a function where these plug-in files are used: what a worker on another computer is sent."""
    use_files(paths)
    return function(*arguments)


def outside(group: str) -> tuple[list[Member], list[Broken]]:
    """Give the members of a group that do not come along, and what is broken and may hold some."""
    found, unfit = _entry_points(group)
    members, broken = list(found), list(unfit)
    for path in _files():
        plugin = _run(path)
        if isinstance(plugin, Broken):
            broken.append(plugin)
            continue
        own = cast("Mapping[str, object]", getattr(plugin, group))
        members += [Member(group, name, str(path), thing) for name, thing in own.items()]
    if group != "setups":
        members += _brought(group)
    return list({(each.name, each.reference): each for each in members}.values()), broken


def _brought(group: str) -> list[Member]:
    """Give what the families from outside bring along."""
    members: list[Member] = []
    for owner in outside("setups")[0]:
        try:
            found = getattr(owner.load(), group, {})
        except PluginError:
            continue
        members += [Member(group, name, owner.origin, thing) for name, thing in found.items()]
    return members


@cache
def _entry_points(group: str) -> tuple[tuple[Member, ...], tuple[Broken, ...]]:
    members: list[Member] = []
    broken: list[Broken] = []
    try:
        found = entry_points(group=f"nado.{group}")
    except Exception as error:  # noqa: BLE001  (metadata of any installed package)
        return (), (Broken(group, "", "installed packages", reason_of(error)),)
    for point in found:
        origin = _package_of(point)
        try:
            members.append(Member(group, point.name, origin, f"{point.module}:{point.attr}"))
        except Exception:  # noqa: BLE001  (an entry that is no "module:attribute")
            reason = f'the entry point is {point.value!r}; expected "module:attribute"'
            broken.append(Broken(group, point.name, origin, reason))
    return tuple(members), tuple(broken)


def _package_of(point: EntryPoint) -> str:
    return f"{point.dist.name} {point.dist.version}" if point.dist is not None else "an unknown package"


def _files() -> list[Path]:
    """Give the plug-in files: those of the folder, in order, then those that were named; each once."""
    place = folder()
    inside = sorted(place.glob("*.py")) if place is not None and place.is_dir() else []
    shown = [path.resolve() for path in inside if not path.name.startswith(("_", "."))]
    return list(dict.fromkeys([*shown, *map(Path, named_files())]))


def _run(path: Path) -> Plugin | Broken:
    with _lock:
        return _run_once(path)


@cache
def _run_once(path: Path) -> Plugin | Broken:
    """Run a plug-in file once a process; say what it defines, or why it is left out."""
    name = f"nado_plugin_{path.stem}_{hashlib.sha256(str(path).encode()).hexdigest()[:8]}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None or not path.is_file():
        return Broken("", "", str(path), "there is no such file, or it is no Python")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:  # noqa: BLE001  (a user's code)
        del sys.modules[name]
        return Broken("", "", str(path), reason_of(error))
    plugin = getattr(module, DEFINED, None)
    if isinstance(plugin, Plugin):
        return plugin
    return Broken("", "", str(path), f"it defines no {DEFINED} = Plugin(...)")


def reason_of(error: BaseException) -> str:
    """Say in one line what went wrong."""
    text = " ".join(str(error).split())
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
