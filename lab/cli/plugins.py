"""`nado plugins`: every driver, setup, bench, protocol and task by name, where it comes from, what is broken.

The options `--plugin FILE` and `--notify WHOM` belong to every command; they may stand before or after it.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from nado_lab import plugins as known
from nado_lab.lab.cli import at_end
from nado_lab.lab.cli.console import be_quiet, result, say, table
from nado_lab.lab.cli.options import Json
from nado_lab.lab.cli.top import Commands
from nado_lab.lab.json_record import JsonRecord

PLUGIN = "--plugin"
ANYWHERE = (PLUGIN, at_end.OPTION)
"""Options of every command, which a value follows."""
FLAGS = ("-v", "--verbose", "-q", "--quiet")
"""Flags of every command."""


@dataclass(frozen=True)
class Listed(JsonRecord):
    """One member: its group and name, where it comes from, and why it is left out (None: it is not)."""

    group: str
    name: str
    origin: str
    broken: str | None = None


@dataclass(frozen=True)
class Listing(JsonRecord):
    """The folder of plug-in files, the files named beside it, and all members."""

    folder: str | None
    files: tuple[str, ...]
    members: tuple[Listed, ...]


class PluginGroup(Commands):
    """Take the options of every command wherever they stand; an interruption is told as for all commands."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """Read the arguments with the options of every command in front."""
        return super().parse_args(ctx, in_front(args))  # type: ignore[arg-type]


def in_front(args: list[str]) -> list[str]:
    """Move the options of every command (`--plugin FILE`, -v ...) to the front; what follows `--` stays."""
    moved, rest, given = [], [], iter(args)
    for word in given:
        if word == "--":
            rest += [word, *given]
        elif word in ANYWHERE:
            moved += [word, _value(word, given)]
        else:
            anywhere = word in FLAGS or word.startswith(tuple(f"{each}=" for each in ANYWHERE))
            (moved if anywhere else rest).append(word)
    return moved + rest


def _value(option: str, words: Iterator[str]) -> str:
    for word in words:
        return word
    raise typer.BadParameter(f"Option '{option}' requires an argument.")


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.callback(cls=PluginGroup)(use)
    app.command("plugins")(plugins)


def _tell_version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        say(f"nado {version('nado-lab')}")
        raise typer.Exit


def use(
    plugin: Annotated[
        list[Path] | None,
        typer.Option(PLUGIN, metavar="FILE", help="A plug-in file; before or after the command."),
    ] = None,
    notify: Annotated[
        list[str] | None,
        typer.Option(
            at_end.OPTION,
            metavar="WHOM",
            help="Call this command line (no shell) or URL when the work ends, also early; likewise.",
        ),
    ] = None,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Say on stderr what is done; before or after the command.")
    ] = False,
    quiet: Annotated[
        bool, typer.Option("--quiet", "-q", help="Say nothing but results and errors; the same.")
    ] = False,
    version: Annotated[
        bool, typer.Option("--version", is_eager=True, callback=_tell_version, help="Print the version.")
    ] = False,
) -> None:
    """Use plug-in files, in this process and in those that it starts; call who is to be told at the end."""
    be_quiet(quiet)
    if verbose:
        logging.basicConfig(level=logging.INFO, format="%(name)s: %(message)s")
    known.use_files(plugin or ())
    at_end.ask(notify or ())


def plugins(as_json: Json = False) -> None:
    """List the members of every group (drivers, setups, ...), where they come from, and what is broken."""
    from nado_lab.instruments.setups.load import broken_presets
    from nado_lab.lab.compose import registries

    found: list[Listed] = []
    for registry in registries():
        broken = registry.broken()
        named = {(each.name, each.origin) for each in broken}
        good = [each for each in registry.members() if (each.name, each.origin) not in named]
        found += [Listed(each.group, each.name, each.origin) for each in good]
        found += [Listed(each.group, each.name, each.origin, each.reason) for each in broken]
    found += [Listed(each.group, each.name, each.origin, each.reason) for each in broken_presets()]
    folder = known.folder()
    listing = Listing(str(folder) if folder else None, known.named_files(), tuple(dict.fromkeys(found)))
    result(listing, as_json, _show)


def _show(listing: Listing) -> None:
    good = [each for each in listing.members if each.broken is None]
    table("Members", ["group", "name", "from"], [[each.group, each.name, each.origin] for each in good])
    broken = [
        [each.group, each.name, each.origin, each.broken]
        for each in listing.members
        if each.broken is not None
    ]
    if broken:
        table("Left out", ["group", "name", "from", "why"], broken)
    say(f"Plug-in files are looked for in {listing.folder or 'no folder (NADO_PLUGIN_FOLDER is empty)'}")
