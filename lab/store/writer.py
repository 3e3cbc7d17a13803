"""The one handle that may write a run."""

import threading
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path

from nado_lab.lab.store import layout
from nado_lab.lab.store.buffer import Row
from nado_lab.lab.store.damage import damage_named
from nado_lab.lab.store.errors import StoreError
from nado_lab.lab.store.location import (
    create_root,
    metadata_of,
    open_root,
    remove_half_written,
    require_there,
    storage_errors,
)
from nado_lab.lab.store.metadata import BENCH, RunMetadata, Status
from nado_lab.lab.store.ownership import Ownership, run_ownership
from nado_lab.lab.store.pack import pack_stream
from nado_lab.lab.store.power_cut import PowerCut
from nado_lab.lab.store.run_files import RunFiles
from nado_lab.lab.store.stream import StreamWriter, retry
from nado_lab.lab.store.ticker import start_ticker
from nado_lab.protocols.columns import Column, Coordinate, require_storable
from zarr.core.group import Group

FLUSH_S = 1.0
"""A row waits in memory no longer than this."""


class RunWriter:
    """Append rows to the streams of one run; only committed rows count for a reader."""

    def __init__(
        self, path: str, root: Group, columns: Mapping[str, tuple[Column, ...]], owner: Ownership
    ) -> None:
        self.path = path
        self._root, self._owner = root, owner
        self.metadata = metadata_of(path, root)
        groups = layout.streams(root)
        absent = [name for name in columns if name not in groups]
        if absent:
            raise StoreError(f"{path} has no stream {absent[0]!r}: it was made by another protocol")
        files = root.store if isinstance(root.store, RunFiles) else None
        self._power_cut = PowerCut(files, self.metadata.fsync)
        self._streams = {
            name: StreamWriter(path, name, groups[name], cols, self._power_cut)
            for name, cols in columns.items()
        }
        self._lock = threading.RLock()
        self._trouble: StoreError | None = None
        self._opened = time.monotonic()
        self._before = max([0.0, *(stream.last_elapsed() for stream in self._streams.values())])
        self._stop_ticking = start_ticker(self, FLUSH_S)

    @classmethod
    def create(
        cls,
        path: str | Path,
        metadata: RunMetadata,
        streams: Mapping[str, Sequence[Column]],
        coordinates: Iterable[Coordinate] = (),
    ) -> "RunWriter":
        """Make a new run at a path (or URL) that does not exist yet."""
        labels = tuple(coordinates)
        columns = {name: tuple(cols) for name, cols in streams.items()}
        require_storable(columns, labels)

        def fill(root: Group) -> None:
            for name, cols in columns.items():
                layout.create_stream(root, name, cols, labels)

        root = create_root(path, metadata.to_attributes(), fill)
        return cls(str(path), root, columns, run_ownership(path).take())

    @classmethod
    def resume(cls, path: str | Path, streams: Mapping[str, Sequence[Column]]) -> "RunWriter":
        """Open a run that ended early and go on after its last committed row."""
        root = open_root(path, mode="r+")
        owner = run_ownership(path).take()
        try:
            with storage_errors(path, "repair"), damage_named(path):
                remove_half_written(path)
                for group in layout.streams(root).values():
                    layout.truncate(group)
            columns = {name: tuple(cols) for name, cols in streams.items()}
            writer = cls(str(path), root, columns, owner)
        except BaseException:
            owner.release()
            raise
        known = {name: each for name, each in writer.metadata.notes.items() if name != BENCH}
        writer.update(status=Status.RUNNING, reason="", traceback="", ended=None, checksums={}, notes=known)
        return writer

    @property
    def columns(self) -> dict[str, tuple[Column, ...]]:
        """Return the columns of each stream."""
        return {name: stream.columns for name, stream in self._streams.items()}

    def rows(self, stream: str = layout.PRIMARY) -> int:
        """Give the committed rows of a stream."""
        return self._stream(stream).committed

    def append(self, stream: str, row: Row) -> None:
        """Take one row of a stream; it is written with its block, or within a second."""
        with self._lock:
            self._raise_trouble()
            self._stream(stream).add(row, self._elapsed())

    def append_block(self, stream: str, block: Row) -> None:
        """Write many rows at once: an array (rows, ...) for every column of the stream."""
        with self._lock:
            self._stream(stream).write_rows(block, self._elapsed())

    def flush(self) -> None:
        """Write and commit every row that is still in memory."""
        with self._lock, storage_errors(self.path, "write rows to"), self._power_cut.round():
            for stream in self._streams.values():
                stream.flush()

    def tick(self) -> None:
        """Flush on behalf of the clock; trouble is told to whoever appends next."""
        try:
            self.flush()
        except StoreError as error:
            self._trouble = error
        except Exception as error:  # noqa: BLE001  (else the clock's thread ends, unheard)
            self._trouble = StoreError(
                f"rows of {self.path} cannot be written: {type(error).__name__}: {error}"
            )

    def update(self, **fields: object) -> None:
        """Change fields of the metadata, in memory and in the store."""
        with self._lock, storage_errors(self.path, "write the metadata of"):
            changed = self.metadata.model_copy(update=fields)
            retry(lambda: self._root.attrs.put(changed.to_attributes()))
            self.metadata = changed

    def finalise(self, status: Status | str, reason: str = "", traceback: str = "") -> None:
        """Commit what is left, state how the run ended, pack it, compare, and let go of it."""
        trouble = None
        ended = max(datetime.now(UTC), self.metadata.started)  # the clock may have been set back
        try:
            self._stop_ticking.set()
            try:
                self.flush()
            except StoreError as error:
                trouble, status, reason = error, Status.FAILED, reason or str(error)
            require_there(self.path)
            self.update(status=Status(status), reason=reason, traceback=traceback, ended=ended)
            if trouble:
                raise trouble
            close_run(self._root, self.path, self.update)
            with storage_errors(self.path, "finalise"), self._power_cut.round():
                pass
        finally:
            self.close()

    def close(self) -> None:
        """Let go of the run without stating how it ended; rows in memory are not written."""
        self._stop_ticking.set()
        self._owner.release()

    def _stream(self, name: str) -> StreamWriter:
        if name not in self._streams:
            raise StoreError(f"the run has no stream {name!r}; it has {', '.join(self._streams)}")
        return self._streams[name]

    def _elapsed(self) -> float:
        return self._before + time.monotonic() - self._opened

    def _raise_trouble(self) -> None:
        trouble, self._trouble = self._trouble, None
        if trouble:
            raise trouble


def close_run(root: Group, path: str, update: Callable[..., None]) -> None:
    """Cut torn tails, pack every stream into verified shards, write the checksums, consolidate."""
    checksums = {}
    with storage_errors(path, "finalise"):
        for name, group in layout.streams(root).items():
            layout.truncate(group)
            for column, found in pack_stream(group).items():
                checksums[f"{name}/{column}"] = found
    update(checksums=checksums)
    with storage_errors(path, "finalise"):
        layout.consolidate(root)
