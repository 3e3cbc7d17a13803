"""One vocabulary: older spellings in the words of today; an option given twice is refused."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import typer
from nado_lab.lab.cli.console import note

_SPECIMEN = {"--seed": "--specimen"}
OLDER: dict[tuple[str, ...], dict[str, str]] = {
    ("measure",): _SPECIMEN,
    ("calibrate",): _SPECIMEN,
    ("deploy",): _SPECIMEN,
    ("validate",): _SPECIMEN,
    ("gui",): _SPECIMEN,
    ("runs", "export"): {"--to": "--out"},
    ("network", "evaluate"): {"--on": "--setup"},
    ("network", "refine"): {"--on": "--setup"},
    ("twin", "evaluate"): {"--plots": "--figures"},
    ("sim", "serve"): {"--toml": "--out", **_SPECIMEN},
    ("sim", "nanoring"): _SPECIMEN,
    ("sim", "asvi"): _SPECIMEN,
    ("sim", "memristor"): _SPECIMEN,
}
"""Command -> older spelling of an option -> today's."""


def in_current_words(root: Any, context: typer.Context, args: list[str]) -> list[str]:
    """Give the arguments of a command line in today's words; say each older one that was used."""
    words, leaf, start = _command(root, context, args)
    if leaf is None:
        return args
    mine = list(_renamed(args[start:], OLDER.get(words, {}), words))
    takes_value = _options(leaf)
    given = list(_given(mine, takes_value))
    _refuse_twice(leaf, [spelling for spelling, _ in given])
    _refuse_input_as_output(mine, given)
    return [*args[:start], *mine]


def _command(root: Any, context: typer.Context, args: list[str]) -> tuple[tuple[str, ...], Any, int]:
    """Find the command that is meant, its words, and where its own arguments begin."""
    takes_value, words, command, at = _options(root), (), root, 0
    while at < len(args):
        word = args[at]
        if word.startswith("-") and not words:
            at += 2 if takes_value.get(word) else 1
            continue
        found = command.get_command(context, word) if hasattr(command, "commands") else None
        if found is None:
            break
        words, command, at = (*words, word), found, at + 1
    return words, None if hasattr(command, "commands") else command, at


def _options(command: Any) -> dict[str, bool]:
    """Give every spelling of the options of a command, and whether a value follows it."""
    return {
        spelling: not getattr(each, "is_flag", False)
        for each in command.params
        if each.param_type_name == "option"
        for spelling in (*each.opts, *each.secondary_opts)
    }


def _renamed(args: list[str], older: dict[str, str], words: tuple[str, ...]) -> Iterator[str]:
    ended = False
    for word in args:
        ended = ended or word == "--"
        name, sign, value = word.partition("=")
        if name in older and not ended:
            note(f"nado: {name} is {older[name]} now (`nado {' '.join(words)} --help`)")
            yield f"{older[name]}{sign}{value}"
        else:
            yield word


def _given(args: list[str], takes_value: dict[str, bool]) -> Iterator[tuple[str, str]]:
    """Walk over the options that are given, with their values."""
    rest = iter(args)
    for word in rest:
        if word == "--":
            return
        name, sign, value = word.partition("=")
        if name in takes_value:
            yield name, value if sign or not takes_value[name] else next(rest, "")


def _refuse_twice(command: Any, given: list[str]) -> None:
    for each in command.params:
        if each.param_type_name != "option" or each.multiple or getattr(each, "count", False):
            continue
        used = [spelling for spelling in given if spelling in (*each.opts, *each.secondary_opts)]
        if len(used) > 1:
            raise typer.BadParameter(
                f"{' and '.join(dict.fromkeys(used))} is given {len(used)} times; once is enough"
            )


def _refuse_input_as_output(args: list[str], given: list[tuple[str, str]]) -> None:
    """Refuse to put aside (--force) what the command is to read."""
    names = [spelling for spelling, _ in given]
    if "--force" not in names:
        return
    for spelling, value in given:
        if spelling in ("--out", "-o") and args.count(value) > 1:
            raise typer.BadParameter(
                f"--out {value} is what is to be read; with --force it would be put aside first"
            )
