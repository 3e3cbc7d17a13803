"""What waits to be measured, kept in a file of the folder: a window that is opened again has it still."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from nado_lab.lab.dashboard.models.experiment import About, Experiment, State
from nado_lab.lab.errors import LabError
from nado_lab.lab.json_file import JsonObject
from nado_lab.lab.json_ready import json_ready
from nado_lab.lab.json_record import JsonRecord
from nado_lab.lab.store import StoreError
from nado_lab.lab.store.ownership import Ownership

log = logging.getLogger(__name__)
FILE = ".nado-queue.json"


@dataclass(frozen=True)
class Waiting(JsonRecord):
    """An experiment that waits; `out` is the run that it goes on with, "" for a new one."""

    protocol: str
    number: int
    values: JsonObject = field(default_factory=dict)
    about: About = field(default_factory=About)
    out: str = ""
    apart: bool = False

    def experiment(self) -> Experiment:
        """Make the experiment again."""
        run = Path(self.out) if self.out else None
        return Experiment(
            self.protocol,
            self.values,
            self.number,
            out=run,
            goes_on=run is not None,
            apart=self.apart,
            about=self.about,
        )


@dataclass(frozen=True)
class _Waiting(JsonRecord):
    waiting: tuple[Waiting, ...] = ()


class KeptQueue:
    """Own the file of one folder; where another window has it, nothing is kept, and that is said."""

    def __init__(self, folder: Path) -> None:
        self._file, self._kept = folder / FILE, _Waiting()
        self._owner: Ownership | None = Ownership("queue", str(folder.resolve()))
        try:
            self._owner.take()
        except StoreError as error:
            log.warning("what is queued here is not kept for the next window: %s", error)
            self._owner = None

    def read(self) -> list[Experiment]:
        """Give what waited when the last window closed, or died."""
        if self._owner is None or not self._file.exists():
            return []
        try:
            self._kept = _Waiting.read(self._file)
        except LabError as error:
            log.warning("the queue of the last window cannot be read: %s", error)
        return [each.experiment() for each in self._kept.waiting]

    def keep(self, experiments: Iterable[Experiment]) -> None:
        """Write what waits, if it is something else than before."""
        now = _Waiting(tuple(_waiting(e) for e in experiments if e.state is State.QUEUED and not e.follows))
        if self._owner is None or now == self._kept:
            return
        try:
            self._file.parent.mkdir(parents=True, exist_ok=True)
            now.write(self._file)
            self._kept = now
        except (OSError, ValueError) as error:
            log.warning("the queue cannot be kept in %s: %s", self._file, error)

    def release(self) -> None:
        """Let the next window have it."""
        if self._owner is not None:
            self._owner.release()
            self._owner = None


def _waiting(each: Experiment) -> Waiting:
    out = str(each.out) if each.out is not None and each.goes_on else ""
    return Waiting(each.protocol, each.number, json_ready(dict(each.values)), each.about, out, each.apart)
