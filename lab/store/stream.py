"""The writing end of one stream: a buffer of rows and the arrays they are committed to."""

import time
from collections.abc import Callable, Sized

import numpy as np
from nado_lab.lab.store import layout
from nado_lab.lab.store.buffer import Row, RowBuffer
from nado_lab.lab.store.cells import cells
from nado_lab.lab.store.errors import StoreError
from nado_lab.lab.store.location import require_there, storage_errors
from nado_lab.lab.store.power_cut import PowerCut
from nado_lab.outliers import OVERFLOW
from nado_lab.protocols.columns import Column
from zarr.core.group import Group


class StreamWriter:
    """Append rows to one stream; a block counts once `rows_committed` says so."""

    def __init__(
        self, path: str, name: str, group: Group, columns: tuple[Column, ...], power_cut: PowerCut
    ) -> None:
        self._path, self._name, self._power_cut = path, name, power_cut
        self._group = group
        self.columns = columns
        self._arrays = layout.row_arrays(group)
        self._check_columns()
        self.committed = layout.committed_rows(group)
        self._buffer = RowBuffer(name, columns, self.committed)

    def add(self, row: Row, elapsed: float) -> None:
        """Take one row; a full block is written at once."""
        self._buffer.add(row, elapsed)
        if self._buffer.is_full:
            self.flush()

    def flush(self) -> None:
        """Write and commit the rows in memory, each once, also after an interrupt."""
        if not len(self._buffer):
            return
        if self._buffer.start == self.committed:
            self._commit(self._buffer.block(), len(self._buffer))
        self._buffer = self._buffer.successor(self.committed)

    def write_rows(self, block: Row, elapsed: float) -> None:
        """Write arrays (rows, ...) of all columns as the next rows."""
        self.flush()
        if set(block) != {column.name for column in self.columns}:
            raise StoreError(f"a block of stream {self._name!r} needs the columns {self._names()}")
        arrays = {column.name: _fitting(column, block[column.name]) for column in self.columns}
        counts = {len(array) for array in arrays.values()}
        if len(counts) != 1:
            raise StoreError(f"a block of stream {self._name!r} needs equal rows for {self._names()}")
        count = counts.pop()
        self._commit({**arrays, layout.ELAPSED.name: np.full(count, elapsed)}, count)
        self._buffer = self._buffer.successor(self.committed)

    def last_elapsed(self) -> float:
        """Give the largest elapsed time that is committed, in s."""
        if not self.committed:
            return 0.0
        return float(self._arrays[layout.ELAPSED.name][self.committed - 1])  # type: ignore[arg-type]

    def _commit(self, block: dict[str, np.ndarray], count: int) -> None:
        """Write every array of a block, and only then say that its rows count."""
        start, end = self.committed, self.committed + count
        overflows = {
            name: found for name, values in block.items() if (found := _overflows(values)) is not None
        }
        block = {
            name: np.where(overflows[name], np.nan, v) if name in overflows else v
            for name, v in block.items()
        }
        block = {**block, layout.NUMBER.name: np.arange(start, end)}
        require_there(self._path)
        with storage_errors(self._path, "write rows to"):
            for name, values in block.items():
                array = self._arrays[name]
                if array.shape[0] != end:
                    retry(lambda array=array: array.resize((end, *array.shape[1:])))
                retry(lambda array=array, values=values: array.__setitem__(slice(start, end), values))
            for name, found in overflows.items():
                told = int(self._arrays[name].attrs.get(layout.OVERFLOWS, 0)) + int(found.sum())  # type: ignore[arg-type]
                retry(lambda name=name, told=told: self._arrays[name].attrs.update({layout.OVERFLOWS: told}))
            if is_due := self._power_cut.is_due:
                self._power_cut.force()
            retry(lambda: self._group.attrs.update({layout.COMMITTED: end}))
            if is_due:
                self._power_cut.force()
        self.committed = end

    def _check_columns(self) -> None:
        stored = {name: array.shape[1:] for name, array in self._arrays.items()}
        for column in (layout.NUMBER, layout.ELAPSED, *self.columns):
            if stored.pop(column.name, None) != column.shape:
                raise StoreError(
                    f"{self._path} has no column {column.name!r} of shape {column.shape} in stream "
                    f"{self._name!r}: it was made by another protocol, or with other parameters"
                )

    def _names(self) -> str:
        return ", ".join(column.name for column in self.columns)


def _overflows(values: np.ndarray) -> np.ndarray | None:
    """Mark what stands for infinity or no number (9.9E37, 9.91E37): it is stored as NaN and counted."""
    if values.dtype.kind != "f":
        return None
    found = np.isfinite(values) & (np.abs(values) >= OVERFLOW)
    return found if found.any() else None


def retry(action: Callable[[], object], attempts: int = 5) -> None:
    """Do a write, again after a moment if another program holds the file (Windows)."""
    for attempt in range(attempts):
        try:
            action()
            return
        except PermissionError:
            if attempt == attempts - 1:
                raise
            time.sleep(0.02 * 2**attempt)


def _fitting(column: Column, values: object) -> np.ndarray:
    if not isinstance(values, Sized):
        raise StoreError(f"column {column.name!r}: expected (rows, *{column.shape}), came {values!r}")
    return cells(column, values, (len(values), *column.shape))
