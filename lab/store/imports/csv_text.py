"""The text of a CSV file, looked at line by line before anything is made of it: nothing may shift.

Also as spreadsheets of other countries save it: semicolons or tabs between numbers with decimal commas.
"""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from nado_lab.lab.store.errors import StoreError

COMMENT = "#"
PYMEASURE = "Procedure:"
MINUS = "\u2212"  # what QLocale of some languages writes for a minus
_DECIMAL_COMMA = re.compile(r"\s*[-+]?\d+,\d+([eE][-+]?\d+)?\s*")


class CsvText(NamedTuple):
    """Heading and rows, comma separated; the comment lines without their `#`; what was left out, in words."""

    text: str
    comments: list[str]
    left_out: str = ""


def csv_text(path: Path) -> CsvText:
    """Read the text of a CSV file: UTF-8, or Windows-1252 where it is not.

    StoreError names the line that does not fit the heading. Of a file of PyMeasure, which ends every record
    with a line break, a last line without one is half written and left out.
    """
    if not path.is_file():
        raise StoreError(f"{path} cannot be read: expected a file")
    content = _text(path)
    lines = content.splitlines()
    comments = [_comment(line) for line in lines if _is_comment(line)]
    rows = [(at, line) for at, line in enumerate(lines, 1) if line.strip() and not _is_comment(line)]
    half_written = _half_written(content, comments, rows)
    rows = rows[:-1] if half_written else rows
    if len(rows) < 2:
        raise StoreError(f"{path} holds no rows: expected a heading and numbers below it")
    delimiter = _delimiter(rows[0][1])
    names = [name.strip() for name in next(csv.reader([rows[0][1]], delimiter=delimiter))]
    _refuse_twins(path, names)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    width = len(names) - (1 if not names[-1] and len(names) > 1 else 0)  # a comma that ends the heading
    writer.writerow(names[:width])
    writer.writerows(_rows(path, rows[1:], delimiter, width))
    return CsvText(out.getvalue(), comments, half_written)


def _rows(path: Path, rows: list[tuple[int, str]], delimiter: str, width: int) -> Iterator[list[str]]:
    """Give the fields of every row; a decimal comma becomes a point where a comma cannot separate."""
    read = csv.reader([line for _, line in rows], delimiter=delimiter)
    for (at, line), fields in zip(rows, read, strict=False):
        if len(fields) < width or any(each.strip() for each in fields[width:]):
            told = f"{len(fields)} values where the heading has {width}: {line[:60]!r}"
            raise StoreError(f"{path}, line {at}: {told} (a decimal comma, or a line that is half written?)")
        yield [_plain(each, delimiter) for each in fields[:width]]


def _plain(field: str, delimiter: str) -> str:
    plain = field.replace(MINUS, "-")
    return plain.replace(",", ".") if delimiter != "," and _DECIMAL_COMMA.fullmatch(plain) else plain


def _delimiter(heading: str) -> str:
    """Return what separates the names of the heading: a semicolon or a tab where there is one."""
    unquoted = re.sub(r'"[^"]*"', "", heading)
    return max(";\t,", key=lambda each: (unquoted.count(each), each != ","))


def _is_comment(line: str) -> bool:
    return line.startswith((COMMENT, f'"{COMMENT}'))  # spreadsheets quote a line that holds their separator


def _comment(line: str) -> str:
    return line.rstrip(";").strip('"').removeprefix(COMMENT)


def _half_written(content: str, comments: list[str], rows: list[tuple[int, str]]) -> str:
    """Say which line PyMeasure did not finish, if one."""
    is_pymeasure = any(line.startswith(PYMEASURE) for line in comments)
    if not is_pymeasure or content.endswith(("\n", "\r")) or len(rows) < 2:
        return ""
    return f"line {rows[-1][0]}, which is half written: {rows[-1][1][:60]!r}"


def _refuse_twins(path: Path, names: list[str]) -> None:
    twice = [(count, name) for name, count in Counter(names).items() if count > 1 and name]
    if twice:
        count, name = twice[0]
        raise StoreError(f"{path}: {count} columns are called {name!r}; rename all but one")


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}") from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")
