"""A note that long work keeps while it goes on, for whoever watches: one small file a piece of work.

The notes lie with the user's own files, not among the results, and say only how far the work says it is.
"""

from __future__ import annotations

import itertools
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import psutil
from nado_lab.lab.errors import LabError
from nado_lab.lab.json_record import JsonRecord
from nado_lab.observer import Progress

FOLDER = "NADO_WORK_FOLDER"
"""Environment variable: where notes lie in place of the user's own folder ("": none are kept)."""
_WRITE_EVERY_S, _OLD_S = 1.0, 86400.0
_numbers = itertools.count(1)


@dataclass(frozen=True)
class WorkNote(JsonRecord):
    """What is at work into `out`, by which process (and when that began), and how far it says it is.

    Times in seconds since 1970; `parts` are the results of a list of work (a queue), done and to come.
    """

    what: str
    out: str
    pid: int
    process_began: float
    started: float
    seen_at: float
    stage: str = ""
    share: float = 0.0
    doing: str = ""
    parts: tuple[str, ...] = ()

    @property
    def is_alive(self) -> bool:
        """Say whether the process that wrote this still runs."""
        with suppress(psutil.Error, OverflowError, ValueError):
            return abs(psutil.Process(self.pid).create_time() - self.process_began) < 1.0
        return False


class AtWork:
    """Keep the note of one piece of work; a note that cannot be written is no reason to stop."""

    def __init__(self, what: str, out: str | Path, parts: Iterable[Path] = ()) -> None:
        now, process = time.time(), psutil.Process()
        paths = tuple(os.path.abspath(each) for each in parts)  # noqa: PTH100  (links stay as they are)
        place = str(out) if "://" in str(out) else os.path.abspath(out)  # noqa: PTH100
        self._note = WorkNote(what, place, process.pid, process.create_time(), now, now, parts=paths)
        folder = work_folder()
        self._path = folder and folder / f"{process.pid}-{next(_numbers)}.json"
        self._written = 0.0
        if self._path:
            with suppress(OSError):
                self._path.parent.mkdir(parents=True, exist_ok=True)
                _sweep(self._path.parent)
        self._write()

    def progress(self, progress: Progress) -> None:
        """Take note of how far the work is; written at most once a second."""
        share = min(1.0, max(0.0, progress.share)) if progress.share == progress.share else 0.0
        self._note = replace(
            self._note, stage=progress.stage, share=share, doing=progress.doing, seen_at=time.time()
        )
        if self._note.seen_at - self._written >= _WRITE_EVERY_S:
            self._write()

    def end(self) -> None:
        """Take the note away: the work has ended and says so itself."""
        if self._path:
            with suppress(OSError):
                self._path.unlink(missing_ok=True)

    def _write(self) -> None:
        if self._path:
            with suppress(OSError, ValueError):
                self._note.write(self._path)
            self._written = time.time()


def notes_of_work(folder: Path) -> tuple[WorkNote, ...]:
    """Give the notes of work whose result (or one of its parts) lies in `folder`, oldest first."""
    found = [
        note for note in _all_notes() if any(_inside(place, folder) for place in (note.out, *note.parts))
    ]
    return tuple(sorted(found, key=lambda note: note.started))


def work_folder() -> Path | None:
    """Say where the notes of this user lie."""
    from platformdirs import user_state_path

    if FOLDER in os.environ:
        return Path(os.environ[FOLDER]) if os.environ[FOLDER] else None
    return user_state_path("nado-lab", appauthor=False) / "at-work"


def _all_notes() -> Iterator[WorkNote]:
    folder = work_folder()
    if folder is None or not folder.is_dir():
        return
    for path in sorted(folder.glob("*.json")):
        with suppress(LabError):
            yield WorkNote.read(path)


def _inside(place: str, folder: Path) -> bool:
    return "://" not in place and Path(os.path.realpath(place)).is_relative_to(folder)


def _sweep(folder: Path) -> None:
    """Remove the notes of processes that have been gone for a day."""
    long_ago = time.time() - _OLD_S
    for path in list(folder.glob("*.json")):
        with suppress(OSError, LabError):
            if path.stat().st_mtime < long_ago and not WorkNote.read(path).is_alive:
                path.unlink(missing_ok=True)
