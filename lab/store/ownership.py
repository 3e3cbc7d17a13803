"""One owner at a time: of a run that is written, of a bench that is driven."""

import hashlib
import json
import os
import tempfile
import time
from contextlib import suppress
from datetime import UTC, datetime
from functools import cache
from itertools import islice
from pathlib import Path

import psutil
from filelock import FileLock, Timeout
from nado_lab.lab.store.errors import StoreError
from nado_lab.lab.store.same_thing import same_address, same_place

_OLD_S = 86400.0
_PATIENCE_S = 0.2
"""Who only looks whether a thing is taken holds its lock for a moment; who takes it waits so long."""
_SWEPT_AT_ONCE = 2000


class Ownership:
    """Hold the lock of one thing on this computer; the system lets go of it if the process dies."""

    def __init__(self, kind: str, thing: str) -> None:
        self._what = f"{kind} {thing}"
        thing = same_address(thing) if kind == "instrument" else thing
        self._file = (
            _folder()
            / f"{kind}-{hashlib.sha256(thing.encode('utf-8', 'surrogateescape')).hexdigest()[:24]}.lock"
        )
        self._lock = FileLock(self._file, timeout=0)

    def take(self) -> "Ownership":
        """Become the owner, or say in one line who is."""
        _sweep_once(self._file.parent)
        try:
            self._lock.acquire(timeout=_PATIENCE_S, poll_interval=0.02)
        except Timeout:
            raise StoreError(f"{self._what} is in use by {self.owner() or 'another process'}") from None
        note = {"pid": os.getpid(), "since": datetime.now(UTC).isoformat(timespec="seconds")}
        self._note().write_text(json.dumps(note), encoding="utf-8")
        return self

    def release(self) -> None:
        """Let go; harmless if nothing is held."""
        self._lock.release()

    def owner(self) -> str:
        """Name the process that wrote itself down as owner, if it still lives."""
        try:
            note = json.loads(self._note().read_text(encoding="utf-8"))
            process = psutil.Process(note["pid"])
            return f"process {note['pid']} ({process.name()}) since {note['since']}"
        except (OSError, ValueError, KeyError, psutil.Error):
            return ""

    def owner_pid(self) -> int | None:
        """Give the process id of the owner, None if nobody owns it (or none is known)."""
        if not self.is_taken():
            return None
        try:
            return int(json.loads(self._note().read_text(encoding="utf-8"))["pid"])
        except (OSError, ValueError, KeyError):
            return None

    def is_taken(self) -> bool:
        """Say whether somebody (this process included) owns it now."""
        probe = FileLock(self._file, timeout=0)
        try:
            probe.acquire()
        except Timeout:
            return True
        probe.release()
        return False

    def _note(self) -> Path:
        return self._file.with_suffix(".json")


def run_ownership(path: str | Path) -> Ownership:
    """Make the lock of a run, by its absolute path or its URL."""
    return Ownership("run", same_place(path))


@cache
def _sweep_once(folder: Path) -> None:
    """Remove the locks of runs that nobody has held for a day; instruments' stay, they are few."""
    long_ago = time.time() - _OLD_S
    with suppress(OSError):
        for note in list(islice(folder.glob("run-*.json"), _SWEPT_AT_ONCE)):
            if note.stat().st_mtime < long_ago:
                _remove(note)


def _remove(note: Path) -> None:
    lock = FileLock(note.with_suffix(".lock"), timeout=0)
    with suppress(OSError, Timeout), lock:
        note.unlink(missing_ok=True)
        if os.name != "nt":  # Windows keeps an open file; the next sweep finds no note, and the file is empty
            Path(lock.lock_file).unlink(missing_ok=True)


def _folder() -> Path:
    folder = Path(tempfile.gettempdir()) / "nado-lab-locks"
    folder.mkdir(exist_ok=True)
    return folder
