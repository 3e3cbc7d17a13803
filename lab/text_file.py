"""Text files that are written whole (a reader sees the old one or the new one), and text that is shown."""

import os
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

DRAFT = ".{name}.draft"


def write_text(path: Path, text: str) -> None:
    """Replace a text file at once (UTF-8); an error or a kill on the way leaves the old one."""
    with draft_of(path) as draft, draft.open("w", encoding="utf-8", newline="\n") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def draft_of(path: Path) -> Iterator[Path]:
    """Give a file beside `path` to write, which takes its place at the end; an error leaves nothing of it."""
    draft = path.with_name(DRAFT.format(name=path.name))
    try:
        yield draft
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def no_formula(text: str) -> str:
    """Keep a spreadsheet from taking text of a CSV for a formula (OWASP, CSV injection)."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def shown(text: str) -> str:
    """Write control characters out, so that a terminal shows them and does not obey them."""
    return "".join(each if _is_harmless(each) else ascii(each)[1:-1] for each in text)


def _is_harmless(letter: str) -> bool:
    """Tell letters and spaces of all kinds, and ends of lines, from what steers a terminal."""
    return letter.isprintable() or letter == "\n" or unicodedata.category(letter) == "Zs"
