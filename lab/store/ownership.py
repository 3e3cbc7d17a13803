"""One owner at a time: of a run that is written, of a bench that is driven."""

import hashlib
import json
import os
import tempfile
from datetime import UTC, datetime
from pathlib import Path

import psutil
from filelock import FileLock, Timeout
from nado_lab.lab.store.errors import StoreError


class Ownership:
    """Hold the lock of one thing on this computer; the system lets go of it if the process dies."""

    def __init__(self, kind: str, thing: str) -> None:
        self._what = f"{kind} {thing}"
        self._file = _folder() / f"{kind}-{hashlib.sha256(thing.encode()).hexdigest()[:24]}.lock"
        self._lock = FileLock(self._file, timeout=0)

    def take(self) -> "Ownership":
        """Become the owner, or say in one line who is."""
        try:
            self._lock.acquire()
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
    return Ownership("run", str(path) if "://" in str(path) else str(Path(path).resolve()))


def _folder() -> Path:
    folder = Path(tempfile.gettempdir()) / "nado-lab-locks"
    folder.mkdir(exist_ok=True)
    return folder
