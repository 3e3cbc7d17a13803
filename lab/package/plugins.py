"""Members by name: what comes along, and what packages and single files of a user's add to it.

A group (`drivers`, `setups`, ...) is a `Registry`. Its members are built in, entry points of installed
packages (group `nado.drivers`, ...), or stand in a Python file that defines `NADO_PLUGIN = Plugin(...)`: one
in the plug-in folder, or one named by `nado --plugin FILE` or by the environment variable NADO_PLUGINS, by
which the processes of a program find the same files. Setups, runs, twins and networks only name members.

A member of `setups` may bring members of the other groups along: mappings of its own called like them.
Nothing is imported before it is asked for. What cannot be imported is left out, and `nado plugins` says why.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Generic, TypeVar, cast

from nado_lab.plugin_sources import (
    FILES,
    FOLDER,
    Broken,
    Member,
    Plugin,
    PluginError,
    folder,
    named_files,
    outside,
    use_files,
    with_files,
)

__all__ = [
    "BUILT_IN",
    "FILES",
    "FOLDER",
    "GROUPS",
    "Broken",
    "Member",
    "Plugin",
    "PluginError",
    "Registry",
    "folder",
    "named_files",
    "use_files",
    "with_files",
]

GROUPS = ("drivers", "setups", "benches", "protocols", "tasks", "environments")
BUILT_IN = "built in"

T = TypeVar("T")


class Registry(Generic[T]):
    """The members of one group; those that come along as name -> "module:attribute"."""

    def __init__(
        self,
        group: str,
        word: str,
        built_in: Mapping[str, str],
        *,
        complaint: Callable[[str, object], str],
        error: type[Exception] = PluginError,
        also: str = "",
    ) -> None:
        """Take what people call a member, what is wrong with a thing ("": nothing), the room's own error."""
        self.group, self._word, self._complaint = group, word, complaint
        self._error, self._also = error, f", or {also}" if also else ""
        self._built_in = {name: Member(group, name, BUILT_IN, path) for name, path in built_in.items()}

    def __contains__(self, name: object) -> bool:
        return name in self._built_in or name in self._outside()[0]

    def __iter__(self) -> Iterator[str]:
        return iter(self.names())

    def built_in(self) -> tuple[str, ...]:
        """Name what comes along."""
        return tuple(self._built_in)

    def names(self) -> tuple[str, ...]:
        """Name all members: what comes along first."""
        return tuple(member.name for member in self.members())

    def members(self) -> tuple[Member, ...]:
        """Give all members but those that are left out: whose name is another's, or whose file is broken."""
        return (*self._built_in.values(), *self._outside()[0].values())

    def broken(self) -> tuple[Broken, ...]:
        """Give what is left out, and what fails when it is used: everything from outside is imported."""
        good, bad = self._outside()
        for member in good.values():
            try:
                self._load(member)
            except PluginError as error:
                bad.append(Broken(self.group, member.name, member.origin, str(error)))
        return tuple(bad)

    def load(self, name: str) -> T:
        """Import the member of a name; the room's own error says what there is, or what is broken."""
        member = self._built_in.get(name) or self._outside()[0].get(name)
        if member is None:
            raise self.unknown(name)
        try:
            return self._load(member)
        except PluginError as error:
            raise self._error(f"the {self._word} {name!r} of {member.origin} is broken: {error}") from error

    def unknown(self, name: object, where: str = "") -> Exception:
        """Make the error that says that there is no such member, what there is, and what is broken."""
        known = ", ".join(self.names())
        said = f"{where}no {self._word} {name!r}; there are {known}{self._also}"
        return self._error(f"{said}{self.hint(name)}; see `nado plugins`")

    def hint(self, name: object) -> str:
        """Say what is left out as broken and may be what was looked for in vain ("": nothing)."""
        bad = self._outside()[1]
        likely = [each for each in bad if each.name in (name, "")] or bad
        return f"; left out as broken: {likely[0].origin} ({likely[0].reason})" if likely else ""

    def name_of(self, reference: str) -> str | None:
        """Give the name of the member that is "module:attribute"."""
        if found := next((each.name for each in self._built_in.values() if each.target == reference), None):
            return found
        outside = self._outside()[0].values()
        return next((each.name for each in outside if each.reference == reference), None)

    def _load(self, member: Member) -> T:
        thing = member.load()
        if complaint := self._complaint(member.name, thing):
            raise PluginError(complaint)
        return cast("T", thing)

    def _outside(self) -> tuple[dict[str, Member], list[Broken]]:
        """Give the members from outside by name, and what is left out of them."""
        members, bad = outside(self.group)
        owners: dict[str, list[Member]] = {}
        for member in members:
            owners.setdefault(member.name, []).append(member)
        good = {}
        for name, all_of in owners.items():
            rivals = [*([self._built_in[name]] if name in self._built_in else []), *all_of]
            if len(rivals) == 1:
                good[name] = rivals[0]
            bad += [_clash(each, rivals) for each in all_of if len(rivals) > 1]
        return good, bad


def _clash(member: Member, rivals: list[Member]) -> Broken:
    others = " and ".join(f"{each.origin} ({each.reference})" for each in rivals if each is not member)
    reason = f"the name {member.name!r} is taken: {others}; give one of them another name"
    return Broken(member.group, member.name, member.origin, reason)
