"""Where the command line writes: progress and notes to stderr, results to stdout."""

import json
from collections.abc import Callable
from typing import Protocol, TypeVar, runtime_checkable

import typer
from nado_lab.lab.json_file import JsonObject

Shown = TypeVar("Shown")


@runtime_checkable
class Record(Protocol):
    """What says itself how it is written as JSON."""

    def to_json(self) -> JsonObject:
        """Give a JSON object."""
        ...


def result(data: Shown, as_json: bool, show: Callable[[Shown], None]) -> None:
    """Print `data` as one JSON document (`--json`), or by `show` for a person; records give their JSON."""
    if as_json:
        document = data.to_json() if isinstance(data, Record) else data
        typer.echo(json.dumps(document, indent=2, allow_nan=False, default=_plain))
    else:
        show(data)


def note(text: str) -> None:
    """Tell the person something that is not part of the result (stderr)."""
    typer.echo(text, err=True)


def table(title: str, headings: list[str], rows: list[list[str]]) -> None:
    """Print a table for a person (stdout)."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    grid = Table(title=Text(title), title_justify="left")
    for heading in headings:
        grid.add_column(Text(heading))
    for row in rows:
        grid.add_row(*map(Text, row))
    Console().print(grid)


def _plain(value: object) -> object:
    tolist = getattr(value, "tolist", None)
    return tolist() if tolist else str(value)
