"""The text of a CSV file, looked at line by line before anything is made of it: nothing may shift."""

import csv
import io
from collections import Counter
from pathlib import Path

from nado_lab.lab.store.errors import StoreError

COMMENT = "#"


def csv_text(path: Path) -> tuple[str, list[str]]:
    """Give heading and rows of a CSV file as text, and its comment lines without their `#`.

    UTF-8, or Windows-1252 where it is not. StoreError names the line that does not fit the heading.
    """
    if not path.is_file():
        raise StoreError(f"{path} cannot be read: expected a file")
    lines = _text(path).splitlines()
    comments = [line[1:] for line in lines if line.startswith(COMMENT)]
    rows = [(at, line) for at, line in enumerate(lines, 1) if line.strip() and not line.startswith(COMMENT)]
    if len(rows) < 2:
        raise StoreError(f"{path} holds no rows: expected a heading and numbers below it")
    names = [name.strip() for name in next(csv.reader([rows[0][1]]))]
    twice = [(count, name) for name, count in Counter(names).items() if count > 1 and name]
    if twice:
        count, name = twice[0]
        raise StoreError(f"{path}: {count} columns are called {name!r}; rename all but one")
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    width = len(names) - (1 if not names[-1] and len(names) > 1 else 0)  # a comma that ends the heading
    writer.writerow(names[:width])
    for (at, line), fields in zip(rows[1:], csv.reader([line for _, line in rows[1:]]), strict=False):
        if len(fields) < width or any(each.strip() for each in fields[width:]):
            told = f"{len(fields)} values where the heading has {width}: {line[:60]!r}"
            raise StoreError(f"{path}, line {at}: {told} (a decimal comma, or a line that is half written?)")
        writer.writerow(fields[:width])
    return out.getvalue(), comments


def _text(path: Path) -> str:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise StoreError(f"{path} cannot be read: {error.strerror}") from error
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1252", errors="replace")
