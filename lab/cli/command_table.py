"""Every command with its arguments and options, as a page: `python -m nado_lab.lab.cli.command_table FILE`.

docs/commands.md is what it writes; a test holds the page against the commands.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import typer

HEAD = """# Commands

Every command, as `nado COMMAND --help` tells it; `nado --install-completion` makes commands, options, setups,
protocols and runs complete in the shell. This page is written by
`python -m nado_lab.lab.cli.command_table docs/commands.md`.

Of every command: `--plugin FILE`, `-v` (say what is done), `-q` (only results and errors), before or after
it. `--json` prints one JSON document for programs; tables are tab separated behind a pipe. `--seed` decides
what a command draws at random, `--specimen` which simulated sample it is, `--noise-seed` its noise,
`--drive-seed` the drives. `--force` moves an output that exists already to `.nado-trash` beside it. Older
spellings of an option go on working, with a line that says the new one.
"""
_OF_TYPER = ("help", "install_completion", "show_completion")


def page() -> str:
    """Return the page about all commands, in Markdown."""
    from nado_lab.lab.cli import app, commands

    commands.register(app)
    parts = [HEAD, *(_command(words, command) for words, command in leaves(typer.main.get_command(app)))]
    return "\n".join(parts)


def leaves(command: Any, words: tuple[str, ...] = ("nado",)) -> Iterator[tuple[tuple[str, ...], Any]]:
    """Walk to every command below a group (of click's kind, which typer carries along)."""
    if not hasattr(command, "commands"):
        yield words, command
        return
    for name, each in command.commands.items():
        yield from leaves(each, (*words, name))


def _command(words: tuple[str, ...], command: Any) -> str:
    usage = [each for each in command.params if each.param_type_name == "argument"]
    options = [
        each for each in command.params if each.param_type_name == "option" and each.name not in _OF_TYPER
    ]
    title = " ".join([*words, *(_argument(each) for each in usage)])
    lines = [f"## {' '.join(words[1:])}", "", f"`{title}`", "", *_paragraphs(command.help), ""]
    rows = [(f"`{each.name.upper()}`", each.help or "") for each in usage]
    rows += [(_spellings(each), _described(each)) for each in options]
    if rows:
        lines += ["| | |", "| --- | --- |", *(f"| {left} | {_cell(right)} |" for left, right in rows), ""]
    return "\n".join(lines)


def _argument(parameter: Any) -> str:
    name = parameter.name.upper() + ("..." if parameter.nargs == -1 else "")
    return name if parameter.required else f"[{name}]"


def _spellings(option: Any) -> str:
    return ", ".join(f"`{each}`" for each in (*option.opts, *option.secondary_opts))


def _described(option: Any) -> str:
    default = option.default
    shown = (
        "" if callable(default) or default in (None, "", False, (), []) else f" [default: {_plain(default)}]"
    )
    told = "" if "[default:" in (option.help or "") else shown
    return f"{option.help or ''}{' (required)' if option.required else told}"


def _plain(default: object) -> str:
    return str(getattr(default, "value", default))


def _paragraphs(text: str | None) -> list[str]:
    return [" ".join(each.split()) for each in (text or "").split("\n\n")]


def _cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8", newline="\n")
