"""A folder of recordings: which word, which speaker, which take each file is."""

import csv
import re
from dataclasses import dataclass
from pathlib import Path

from nado_lab.network.errors import TaskError

FIELDS = ("label", "speaker", "take")
SHOWN = 3


@dataclass(frozen=True)
class Recording:
    """A file and what is known of it; what is not known is empty."""

    path: Path
    label: str
    speaker: str = ""
    take: str = ""


def find_recordings(folder: Path, pattern: str, table: Path | None) -> list[Recording]:
    """List the recordings of a folder, by a pattern of their names or by a table (CSV: file, label, ...)."""
    if not folder.is_dir():
        raise TaskError(f"{folder} is not a folder of WAV files; name one: -p folder=FOLDER")
    found = _of_table(folder, table) if table else _of_names(folder, pattern)
    if not found:
        raise TaskError(f"{folder} holds no WAV file (a name that ends in .wav)")
    return found


def _of_names(folder: Path, pattern: str) -> list[Recording]:
    wanted, found, others = _expression(pattern), list[Recording](), list[str]()
    for path in sorted(each for each in folder.iterdir() if each.suffix.lower() == ".wav"):
        match = wanted.fullmatch(path.stem)
        if match is None:
            others.append(path.name)
        else:
            found.append(Recording(path, **match.groupdict()))
    if others:
        shown = ", ".join(others[:SHOWN]) + (f" and {len(others) - SHOWN} more" if others[SHOWN:] else "")
        raise TaskError(
            f"{folder}: {shown} do not say their label as the pattern {pattern!r} does; rename or move them, "
            "or give another pattern= or a table="
        )
    return found


def _expression(pattern: str) -> re.Pattern[str]:
    """Turn "{label}_{speaker}_{take}" into an expression; the last field takes all that is left."""
    parts = re.split(r"\{(\w+)\}", pattern)
    names = parts[1::2]
    if "label" not in names or len(set(names)) < len(names) or not set(names) <= set(FIELDS):
        raise TaskError(
            f"pattern {pattern!r}: expected {{label}} and, if the names say them, {{speaker}} and {{take}}, "
            "each once"
        )
    pieces = [f"(?P<{part}>.+?)" if at % 2 else re.escape(part) for at, part in enumerate(parts)]
    return re.compile("".join(pieces))


def _of_table(folder: Path, table: Path) -> list[Recording]:
    try:
        with table.open(newline="", encoding="utf-8-sig") as file:
            rows = list(csv.DictReader(file))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise TaskError(f"{table} could not be read as a CSV table: {error}") from error
    return [_of_row(folder, table, number, row) for number, row in enumerate(rows, start=2)]


def _of_row(folder: Path, table: Path, number: int, row: dict[str, str | None]) -> Recording:
    known = {name: (row.get(name) or "").strip() for name in ("file", *FIELDS)}
    if not known["file"] or not known["label"]:
        raise TaskError(f"{table}, line {number}: expected the columns file and label, both filled in")
    path = folder / known.pop("file")
    if not path.is_file():
        raise TaskError(f"{table}, line {number}: {path} is not there")
    return Recording(path, **known)
