"""The one refusal of an output path, before any work: one that is taken, or cannot be written."""

import tempfile
from pathlib import Path

from nado_lab.lab.errors import LabError


def refuse_existing(path: str | Path, option: str = "--out", or_else: str = "remove it") -> None:
    """Refuse a path that exists or cannot be written; URLs are left to who creates there."""
    if "://" in str(path):
        return
    try:
        if Path(path).exists():
            raise LabError(taken(path, option, or_else))
        _try(Path(path))
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or error
        raise LabError(f"{path} cannot be written: {reason}; choose another {option}") from error


def taken(path: str | Path, option: str = "--out", or_else: str = "remove it") -> str:
    """Say that a path is taken, and what to do."""
    return f"{path} exists already; choose another {option} or {or_else}"


def _try(path: Path) -> None:
    """Write a file for a moment where the path, or the folders up to it, would come to be."""
    if "\0" in str(path):
        raise ValueError("a name holds no zero byte")
    parent = path.absolute().parent
    while not parent.exists():
        parent = parent.parent
    with tempfile.TemporaryFile(dir=parent) as file:
        file.write(b"nado")
        file.flush()
