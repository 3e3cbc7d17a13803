"""The one handle that may write a run."""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
from zarr.core.group import Group

from lab.store import layout
from lab.store.buffer import RowBuffer
from lab.store.errors import StoreError
from lab.store.location import create_root, open_root, storage_errors
from lab.store.metadata import RunMetadata, Status
from protocols.columns import Column, Coordinate

FLUSH_S = 1.0
"""A row waits in memory no longer than this before the next append writes it."""


class RunWriter:
    """Append rows to the streams of one run; only committed rows count for a reader."""

    def __init__(self, path: str, root: Group, columns: Mapping[str, tuple[Column, ...]]) -> None:
        self.path = path
        self._root = root
        self.metadata = RunMetadata.model_validate(root.attrs.asdict())
        self._streams = {name: _Stream(path, root, name, cols) for name, cols in columns.items()}
        self._opened = time.monotonic()
        self._before = self._last_elapsed()

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

        def fill(root: Group) -> None:
            for name, cols in columns.items():
                layout.create_stream(root, name, cols, labels)

        root = create_root(path, metadata.to_attributes(), fill)
        return cls(str(path), root, columns)

    @classmethod
    def resume(cls, path: str | Path, streams: Mapping[str, Sequence[Column]]) -> "RunWriter":
        """Open a run that ended early and go on after its last committed row."""
        root = open_root(path, mode="r+")
        with storage_errors(path, "repair"):
            for group in layout.streams(root).values():
                layout.truncate(group)
        writer = cls(str(path), root, {name: tuple(cols) for name, cols in streams.items()})
        writer.update(status=Status.RUNNING, reason="", traceback="", ended=None)
        return writer

    def rows(self, stream: str = layout.PRIMARY) -> int:
        """Give the committed rows of a stream."""
        return self._stream(stream).committed

    def append(self, stream: str, row: Mapping[str, Any]) -> None:
        """Take one row of a stream; it is written with its block, or after about a second."""
        self._stream(stream).add(row, self._elapsed())

    def append_block(self, stream: str, block: Mapping[str, Any]) -> None:
        """Write many rows at once: an array (rows, ...) for every column of the stream."""
        self._stream(stream).write_rows(block, self._elapsed())

    def flush(self) -> None:
        """Write and commit every row that is still in memory."""
        for stream in self._streams.values():
            stream.flush()

    def update(self, **fields: Any) -> None:
        """Change fields of the metadata, in memory and in the store."""
        self.metadata = self.metadata.model_copy(update=fields)
        with storage_errors(self.path, "write the metadata of"):
            retry(lambda: self._root.attrs.put(self.metadata.to_attributes()))

    def finalise(self, status: Status | str, reason: str = "", traceback: str = "") -> None:
        """Commit what is left, state how the run ended, and consolidate the metadata."""
        self.flush()
        self.update(status=Status(status), reason=reason, traceback=traceback, ended=datetime.now(UTC))
        with storage_errors(self.path, "finalise"):
            layout.consolidate(self._root)

    def _stream(self, name: str) -> "_Stream":
        if name not in self._streams:
            raise StoreError(f"the run has no stream {name!r}; it has {', '.join(self._streams)}")
        return self._streams[name]

    def _elapsed(self) -> float:
        return self._before + time.monotonic() - self._opened

    def _last_elapsed(self) -> float:
        """Give the largest elapsed time stored: a resumed run goes on from there."""
        ends = [0.0]
        for group in layout.streams(self._root).values():
            rows = layout.committed_rows(group)
            if rows:
                ends.append(float(group["elapsed"][rows - 1]))  # type: ignore[index,arg-type]
        return max(ends)


class _Stream:
    """One stream's buffer and arrays."""

    def __init__(self, path: str, root: Group, name: str, columns: tuple[Column, ...]) -> None:
        groups = layout.streams(root)
        if name not in groups:
            raise StoreError(f"the run {path} has no stream {name!r}: it was made by another protocol")
        self._path, self._name = path, name
        self._group = groups[name]
        self._columns = columns
        self._arrays = layout.row_arrays(self._group)
        self._flushed = time.monotonic()
        self.committed = layout.committed_rows(self._group)
        self._buffer = RowBuffer(name, columns, self.committed)

    def add(self, row: Mapping[str, Any], elapsed: float) -> None:
        self._buffer.add(row, elapsed)
        if self._buffer.is_full or time.monotonic() - self._flushed >= FLUSH_S:
            self.flush()

    def flush(self) -> None:
        if not len(self._buffer):
            return
        if self._buffer.start == self.committed:
            self._commit(self._buffer.block(), len(self._buffer))
        self._buffer = self._buffer.successor(self.committed)

    def write_rows(self, block: Mapping[str, Any], elapsed: float) -> None:
        self.flush()
        arrays = {column.name: np.asarray(block[column.name]) for column in self._columns}
        rows = {len(array) for array in arrays.values()}
        if len(rows) != 1 or set(block) != set(arrays):
            raise StoreError(f"a block of stream {self._name!r} needs equal rows for {sorted(arrays)}")
        count = rows.pop()
        self._commit({**arrays, layout.ELAPSED.name: np.full(count, elapsed)}, count)
        self._buffer = self._buffer.successor(self.committed)

    def _commit(self, block: dict[str, np.ndarray], count: int) -> None:
        """Write every array of a block, and only then say that its rows count."""
        start, end = self.committed, self.committed + count
        block = {**block, layout.NUMBER.name: np.arange(start, end)}
        with storage_errors(self._path, "write rows to"):
            for name, values in block.items():
                array = self._arrays[name]
                retry(lambda array=array: array.resize((end, *array.shape[1:])))
                retry(lambda array=array, values=values: array.__setitem__(slice(start, end), values))
            retry(lambda: self._group.attrs.update({layout.COMMITTED: end}))
        self.committed = end
        self._flushed = time.monotonic()


def retry(action: Callable[[], Any], attempts: int = 5) -> None:
    """Do a write, again after a moment if another program holds the file (Windows)."""
    for attempt in range(attempts):
        try:
            action()
            return
        except PermissionError:
            if attempt == attempts - 1:
                raise
            time.sleep(0.02 * 2**attempt)
