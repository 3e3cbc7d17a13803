"""What a report page is made of: sections of text, tables and pictures, as plain values."""

from __future__ import annotations

import platform
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib.metadata import PackageNotFoundError, version

from matplotlib.figure import Figure
from nado_lab.commit import code_commit

PACKAGES = ("nado-lab", "torch", "numpy", "zarr", "xarray", "pymeasure", "pyvisa")


@dataclass(frozen=True)
class Table:
    """Rows of cells, shown as they are; `numbers` aligns all but the first column to the right."""

    headings: tuple[str, ...]
    rows: list[tuple[str, ...]]
    numbers: bool = False


@dataclass(frozen=True)
class Picture:
    """A drawn figure and what it shows, in words."""

    figure: Figure
    shows: str


@dataclass(frozen=True)
class Section:
    """A heading with some of: text, pictures, a table, commands."""

    heading: str
    text: str = ""
    pictures: tuple[Picture, ...] = ()
    table: Table | None = None
    commands: tuple[str, ...] = ()


@dataclass(frozen=True)
class Page:
    """A report: title, the result in one sentence, and sections."""

    title: str
    summary: str
    sections: tuple[Section, ...] = field(default_factory=tuple)


def figure_of(value: object) -> str:
    """Show a number with four figures, nothing as a dash, everything else as its text."""
    if value is None:
        return "–"
    if isinstance(value, float):
        return f"{value:.4g}"
    if isinstance(value, list | tuple):
        return ", ".join(figure_of(each) for each in value)
    return str(value)


def pairs(values: Mapping[str, object], first: str = "", second: str = "") -> Table:
    """Make a table of two columns of a mapping, without what is empty."""
    rows = [(name, figure_of(value)) for name, value in values.items() if value not in ("", None, [], (), {})]
    return Table((first, second), rows)


def versions_section(recorded: dict[str, str]) -> Section:
    """Tell the versions that were recorded when it was made, beside those that drew the page."""
    now = {"python": platform.python_version(), **{name: _version(name) for name in PACKAGES}}
    now |= {"commit": commit} if (commit := code_commit()) else {}
    names = list(dict.fromkeys([*recorded, *now]))
    rows = [(name, recorded.get(name, "–"), now.get(name, "–")) for name in names]
    return Section("Versions", table=Table(("", "recorded", "this page"), rows))


def _version(package: str) -> str:
    try:
        return version(package)
    except PackageNotFoundError:
        return "not installed"
