"""Where the command line writes: progress and notes to stderr, results to stdout."""

import json
import logging
import sys
from collections.abc import Callable
from dataclasses import is_dataclass
from io import TextIOWrapper
from typing import TypeVar

import typer
from nado_lab.lab.text_file import shown

Data = TypeVar("Data")
_quiet = False


class _Shown(logging.Formatter):
    """Warnings of the program on stderr: control characters are shown."""

    def format(self, record: logging.LogRecord) -> str:
        """Give the text of a record."""
        return shown(super().format(record))


def result(data: Data, as_json: bool, show: Callable[[Data], object]) -> None:
    """Print `data` as one JSON document (`--json`), or by `show` for a person; records give their JSON."""
    if as_json:
        typer.echo(json.dumps(data, indent=2, allow_nan=False, default=_plain))
    else:
        show(data)


def take_any_text() -> None:
    """Write out what a console of another encoding (cp1252, LANG=C) has no letters for."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    if logging.lastResort is not None:
        logging.lastResort.setFormatter(_Shown())


def be_quiet(quiet: bool) -> None:
    """Say from here on nothing but results and errors, or again all there is."""
    global _quiet
    _quiet = quiet


def is_quiet() -> bool:
    """Say whether notes and progress are left out."""
    return _quiet


def say(text: str, err: bool = False) -> None:
    """Print text for a person; control characters in it are shown, not obeyed."""
    typer.echo(shown(text), err=err)


def note(text: str) -> None:
    """Tell the person something that is not part of the result (stderr), unless they wish for quiet."""
    if not _quiet:
        say(text, err=True)


def table(title: str, headings: list[str], rows: list[list[str]], *, cut: bool = False) -> None:
    """Print a table (stdout): ruled on a terminal; behind a pipe tab separated, below `# title`.

    With `cut` a row stays one line on a terminal that is too narrow.
    """
    if not sys.stdout.isatty():
        lines = ["\t".join(_one_line(cell) for cell in row) for row in (headings, *rows)]
        print(f"# {_one_line(title)}", *lines, sep="\n")
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    grid = Table(title=Text(shown(title)), title_justify="left")
    for heading in headings:
        grid.add_column(Text(heading), no_wrap=cut, overflow="ellipsis" if cut else "fold")
    for row in rows:
        grid.add_row(*(Text(shown(cell)) for cell in row))
    Console().print(grid)


def _one_line(cell: str) -> str:
    return shown(cell.replace("\t", " ").replace("\n", " "))


def _plain(value: object) -> object:
    """Give what JSON can hold in place of a record, an array, a path."""
    for name in ("to_json", "tolist"):
        if hasattr(value, name):
            return getattr(value, name)()
    return vars(value) if is_dataclass(value) else str(value)
