"""Who looks on while something is done in the lab: how far it is, every measured row, when to stop."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import cast

from nado_lab.lab.runs.interrupts import StopRequest
from nado_lab.lab.store import RunMetadata
from nado_lab.observer import Observer as LongWorkObserver
from nado_lab.observer import Progress
from nado_lab.protocols import Column, Coordinate, Row


@dataclass(frozen=True)
class RunBegins:
    """A run as it is opened: where, all that is known of it, the columns of its streams, names along axes.

    `rows` are those that it holds already (of one that is resumed).
    """

    path: str
    metadata: RunMetadata
    columns: Mapping[str, Sequence[Column]]
    labels: Sequence[Coordinate]
    rows: int


_log = logging.getLogger(__name__)


class Observer(LongWorkObserver):
    """Look at any verb of the lab; this one sees nothing. `stop` is the wish to stop or to pause."""

    def __init__(self, stop: StopRequest | None = None) -> None:
        self.stop = stop or StopRequest()

    def row(self, stream: str, row: Row) -> None:
        """Take note of a row of a stream ("primary", "baseline", "monitor") just after it was measured."""

    def begins(self, run: RunBegins) -> None:
        """Take note that a run is open and its rows will follow."""

    def ends(self, metadata: RunMetadata) -> None:
        """Take note of how a run ended; its hardware is safe and its rows are kept."""

    def should_stop(self) -> bool:
        """Say whether somebody wishes to stop."""
        return self.stop()


class Staged(Observer):
    """Pass everything on to another observer, with progress told as a `stage` of something larger."""

    def __init__(self, whole: Observer, stage: str, first: float = 0.0, last: float = 1.0) -> None:
        super().__init__(whole.stop)
        self._whole, self._stage, self._first, self._share = whole, stage, first, last - first

    def progress(self, progress: Progress) -> None:
        """Tell progress by the stage's name, its share between `first` and `last`."""
        share = self._first + self._share * progress.share
        self._whole.progress(Progress(self._stage, share, progress.doing, progress.figures))

    def row(self, stream: str, row: Row) -> None:
        """Pass a row on."""
        self._whole.row(stream, row)

    def begins(self, run: RunBegins) -> None:
        """Pass on that a run is open."""
        self._whole.begins(run)

    def ends(self, metadata: RunMetadata) -> None:
        """Pass on how a run ended."""
        self._whole.ends(metadata)


class Shares:
    """Put together the progress of parts that are done at the same time, in threads of their own."""

    def __init__(self, whole: Observer, count: int) -> None:
        self._whole, self._shares, self._lock = whole, [0.0] * count, Lock()

    def part(self, number: int) -> Observer:
        """Give the observer of one part."""
        return _Share(self._whole.stop, self, number)

    def progress(self, number: int, progress: Progress) -> None:
        """Take note of how far a part is, and tell how far the whole is."""
        with self._lock:
            self._shares[number] = progress.share
            share = sum(self._shares) / len(self._shares)
            self._whole.progress(Progress(progress.stage, share, progress.doing, progress.figures))

    def row(self, stream: str, row: Row) -> None:
        """Pass a row on."""
        with self._lock:
            self._whole.row(stream, row)


class _Share(Observer):
    def __init__(self, stop: StopRequest, shares: Shares, number: int) -> None:
        super().__init__(stop)
        self._shares, self._number = shares, number

    def progress(self, progress: Progress) -> None:
        self._shares.progress(self._number, progress)

    def row(self, stream: str, row: Row) -> None:
        self._shares.row(stream, row)


class Harmless(Observer):
    """Pass everything on until the other fails; it then hears no more, and the work goes on."""

    def __init__(self, other: LongWorkObserver) -> None:
        super().__init__(other.stop if isinstance(other, Observer) else None)
        self._other: LongWorkObserver | None = other

    def progress(self, progress: Progress) -> None:
        """Tell how far it is."""
        self._call(lambda other: other.progress(progress))

    def row(self, stream: str, row: Row) -> None:
        """Show a row to an observer that looks at rows."""
        if isinstance(self._other, Observer):
            self._call(lambda other: cast("Observer", other).row(stream, row))

    def begins(self, run: RunBegins) -> None:
        """Tell that a run is open to an observer that looks at rows."""
        if isinstance(self._other, Observer):
            self._call(lambda other: cast("Observer", other).begins(run))

    def ends(self, metadata: RunMetadata) -> None:
        """Tell how a run ended to an observer that looks at rows."""
        if isinstance(self._other, Observer):
            self._call(lambda other: cast("Observer", other).ends(metadata))

    def _call(self, tell: Callable[[LongWorkObserver], None]) -> None:
        if self._other is None:
            return
        try:
            tell(self._other)
        except Exception:  # noqa: BLE001  (a window, a plot: nothing that a measurement should die of)
            _log.exception("who looked on failed and hears no more of it")
            self._other = None


class Together(Observer):
    """Pass everything on to several observers; one that fails hears no more. The first one's stop counts."""

    def __init__(self, first: Observer, *others: LongWorkObserver) -> None:
        super().__init__(first.stop)
        self._all = tuple(map(Harmless, (first, *others)))

    def progress(self, progress: Progress) -> None:
        """Tell every one."""
        for each in self._all:
            each.progress(progress)

    def row(self, stream: str, row: Row) -> None:
        """Show the row to those who look at rows."""
        for each in self._all:
            each.row(stream, row)

    def begins(self, run: RunBegins) -> None:
        """Tell every one that a run is open."""
        for each in self._all:
            each.begins(run)

    def ends(self, metadata: RunMetadata) -> None:
        """Tell every one how a run ended."""
        for each in self._all:
            each.ends(metadata)
