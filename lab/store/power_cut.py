"""Rows that outlive a power cut: what was written is forced from the system's memory to the disk (fsync).

A killed program loses nothing that it handed to the system; a power cut may, some 30 s of it (Linux,
vm.dirty_expire_centisecs). fsync of a file and of its folder is what POSIX offers against it.
"""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from enum import StrEnum
from pathlib import Path

from nado_lab.lab.store.run_files import RunFiles

SHARE = 0.05
"""With `auto`, forcing takes at most this share of the time."""
SUPPOSED_S = 0.5
"""What the first time may take: with `auto` it comes after 10 s, and shorter runs are not slowed."""


class Fsync(StrEnum):
    """When commits are forced to the disk: where it costs little, each of them, or never."""

    AUTO = "auto"
    ALWAYS = "always"
    NEVER = "never"


class PowerCut:
    """Force what a run wrote to the disk: all data of a commit before it counts, then that it counts."""

    def __init__(
        self, files: RunFiles | None, policy: Fsync, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """Take the files of a run; None for an object store, which answers for itself."""
        self._files, self._policy, self._clock = files, policy, clock
        self._last, self._cost = clock(), SUPPOSED_S
        self._everything = True
        self._round: bool | None = None

    @property
    def is_due(self) -> bool:
        """Say whether what is committed now is forced: with `auto`, if the last time was long enough ago."""
        if self._files is None or self._policy is Fsync.NEVER:
            return False
        if self._round is not None:
            return self._round
        return self._policy is Fsync.ALWAYS or (self._clock() - self._last) * SHARE >= self._cost

    @contextmanager
    def round(self) -> Iterator[None]:
        """Treat all streams of a flush alike; what was left from before is forced, too."""
        self._round = self.is_due
        try:
            yield
            if self._round:
                self.force()
        finally:
            self._round = None

    def force(self) -> None:
        """Force what was written since the last time (at first: all), and the folders it is in."""
        if self._files is None:
            return
        begun, root = self._clock(), self._files.root
        files = [*root.rglob("*")] if self._everything else [*self._files.written]
        files = [file for file in files if file.is_file()]
        folders = {file.parent for file in files} | ({root.parent} if self._everything else set())
        self._files.written.clear()
        for path in (*files, *folders):
            to_disk(path)
        self._last, self._everything = self._clock(), False
        self._cost = self._last - begun


def to_disk(path: Path) -> None:
    """Force one file or folder to the disk; Windows forces files only, folders by itself."""
    flags = os.O_RDONLY if path.is_dir() else os.O_RDWR  # Windows forces what may be written
    with suppress(PermissionError if path.is_dir() else FileNotFoundError):
        handle = os.open(path, flags)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
