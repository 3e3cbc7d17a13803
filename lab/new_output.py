"""Where results go: refused before any work if it cannot be written, kept elsewhere after it."""

import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from contextvars import ContextVar
from pathlib import Path

from nado_lab.lab.errors import LabError

_RESERVED = {"CON", "PRN", "AUX", "NUL", *(f"{port}{n}" for port in ("COM", "LPT") for n in range(10))}
_DRAFT_SUFFIX = "." + 34 * "0"  # what is written whole has a longer name while it is written
SET_ASIDE: ContextVar[Callable[[Path], object] | None] = ContextVar("SET_ASIDE", default=None)
"""What is done with an output that exists already (`--force`); None: it is refused."""


def refuse_existing(path: str | Path, option: str = "--out", or_else: str = "remove it") -> None:
    """Refuse a path that exists or cannot be written; URLs are left to who creates there."""
    if "://" in str(path):
        return
    try:
        if Path(path).exists() and (set_aside := SET_ASIDE.get()):
            set_aside(Path(path))
        if Path(path).exists():
            raise LabError(taken(path, option, or_else))
        _try(Path(path).absolute().parent, Path(path).name)
    except (OSError, ValueError) as error:
        raise LabError(f"{path} cannot be written: {_reason(error)}; choose another {option}") from error


def require_folder(path: str | Path, option: str = "--out") -> None:
    """Refuse a folder, one that is there or one to be made, into which nothing can be written."""
    try:
        _try(Path(path).absolute(), "")
    except (OSError, ValueError) as error:
        raise LabError(f"{path} cannot be written to: {_reason(error)}; choose another {option}") from error


def require_file_name(name: str, what: str) -> str:
    """Refuse a name from elsewhere that is to name a file, and is a path or means something to the system."""
    words = name.partition(".")[0].strip().upper()
    if (
        not name.strip(" .")
        or set(name) & set('/\\:*?"<>|\0')
        or not name.isprintable()
        or words in _RESERVED
    ):
        raise LabError(f"{what} is called {name!r}, which no file can be called")
    return name


def write_or_keep(write: Callable[[Path], object], path: Path) -> None:
    """Write a result of long work; where that fails after all (a full disk), keep it elsewhere and say so."""
    try:
        write(path)
    except OSError as error:
        why = f"{path} cannot be written: {_reason(error)}"
        kept = _kept(write, path.name)
        if kept is None:
            raise LabError(f"{why}; nor was there room for it elsewhere: it is lost") from error
        raise LabError(f"{why}; the result is kept as {kept}: move it to where it should be") from error


def _kept(write: Callable[[Path], object], name: str) -> Path | None:
    """Write into a new folder among temporary files, or at home; None where there is no room either."""
    for base in (tempfile.gettempdir(), Path.home()):
        with suppress(OSError):
            place = Path(tempfile.mkdtemp(prefix="nado-kept-", dir=base)) / name
            try:
                write(place)
            except OSError:
                place.parent.rmdir()
                raise
            return place
    return None


def taken(path: str | Path, option: str = "--out", or_else: str = "remove it") -> str:
    """Say that a path is taken, and what to do."""
    return f"{path} exists already; choose another {option} or {or_else}"


def _try(folder: Path, name: str) -> None:
    """Write a file for a moment into a folder, or into that in which it would come to be."""
    if "\0" in f"{folder}{name}":
        raise ValueError("a name holds no zero byte")
    try:
        f"{folder}{name}".encode()
    except UnicodeEncodeError:
        raise ValueError("the name is no text in UTF-8") from None
    if os.name == "nt" and name.partition(".")[0].strip().upper() in _RESERVED:
        raise ValueError("Windows has this name for a device")
    missing = [name]
    while not folder.exists():
        missing.append(folder.name)
        folder = folder.parent
    for each in filter(None, missing):
        with suppress(FileNotFoundError):  # a name too long is another error
            (folder / f"{each}{_DRAFT_SUFFIX}").lstat()
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(b"nado")
        file.flush()


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error)
