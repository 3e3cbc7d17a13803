"""Text files that are written whole (a reader sees the old one or the new one), and text that is shown."""

import os
from pathlib import Path

DRAFT = ".{name}.draft"


def write_text(path: Path, text: str) -> None:
    """Replace a text file at once (UTF-8); an error or a kill on the way leaves the old one."""
    draft = path.with_name(DRAFT.format(name=path.name))
    try:
        with draft.open("w", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise


def no_formula(text: str) -> str:
    """Keep a spreadsheet from taking text of a CSV for a formula (OWASP, CSV injection)."""
    return f"'{text}" if text[:1] in ("=", "+", "-", "@", "\t", "\r") else text


def shown(text: str) -> str:
    """Write control characters out, so that a terminal shows them and does not obey them."""
    return "".join(each if each.isprintable() or each == "\n" else ascii(each)[1:-1] for each in text)
