"""Text files that are written whole: a reader sees the old one or the new one, never a part."""

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
