"""Rows of one stream, held in memory until they make a block worth writing.

A buffer knows the number of its first row. Whoever writes it compares that with the rows committed,
so an interrupt between "committed" and "forgotten" neither doubles rows nor loses them.
"""

import numpy as np
from nado_lab.lab.store.errors import StoreError
from nado_lab.lab.store.layout import ELAPSED, item_bytes
from nado_lab.protocols.columns import Column, Row

"""Column -> scalar, text or array."""

BLOCK_BYTES = 4 << 20
BLOCK_ROWS = 16384


class RowBuffer:
    """Collect rows, check them against the declared columns, and hand them out as one block."""

    def __init__(self, stream: str, columns: tuple[Column, ...], start: int) -> None:
        self.start = start
        self._stream, self._all = stream, columns
        self._columns = {column.name: column for column in columns}
        self._shaped = [column for column in columns if column.shape]
        row_bytes = sum(int(np.prod(c.shape, dtype=np.int64)) * item_bytes(c) for c in columns)
        self._full = int(np.clip(BLOCK_BYTES // max(row_bytes, 1), 1, BLOCK_ROWS))
        self._rows: list[tuple[object, ...]] = []
        self._names = tuple(self._columns)
        self._name_set = frozenset(self._names)

    def __len__(self) -> int:
        return len(self._rows)

    @property
    def is_full(self) -> bool:
        """Say whether the rows make a whole block."""
        return len(self._rows) >= self._full

    def add(self, row: Row, elapsed: float) -> None:
        """Take one row of every declared column, measured `elapsed` seconds after the run began."""
        if row.keys() != self._name_set:
            raise StoreError(self._odd_names(row))
        if self._shaped:
            row = dict(row)
            for column in self._shaped:
                row[column.name] = self._array(column, row[column.name])
        self._rows.append((*[row[name] for name in self._names], elapsed))

    def successor(self, start: int) -> "RowBuffer":
        """Give an empty buffer for the rows from number `start` on."""
        return RowBuffer(self._stream, self._all, start)

    def block(self) -> dict[str, np.ndarray]:
        """Give all rows as arrays by column (trial, ...)."""
        *columns, elapsed = zip(*self._rows, strict=True)
        stacked = {
            name: self._stack(self._columns[name], values)
            for name, values in zip(self._names, columns, strict=True)
        }
        return {**stacked, ELAPSED.name: np.asarray(elapsed)}

    def _array(self, column: Column, value: object) -> np.ndarray:
        array = np.array(value, dtype=column.dtype)
        if array.shape != column.shape:
            raise StoreError(
                f"column {column.name!r} of stream {self._stream!r} was declared with shape "
                f"{column.shape} {column.dims}; a row came with shape {array.shape}"
            )
        return array

    def _stack(self, column: Column, values: tuple[object, ...]) -> np.ndarray:
        try:
            if column.dtype == "string":
                return np.array(values, dtype=object)
            return np.asarray(values, dtype=column.dtype).reshape(len(values), *column.shape)
        except (TypeError, ValueError) as error:
            raise StoreError(
                f"column {column.name!r} of stream {self._stream!r} was declared as {column.dtype}: {error}"
            ) from error

    def _odd_names(self, row: Row) -> str:
        missing = sorted(self._name_set - row.keys())
        unknown = sorted(row.keys() - self._name_set)
        return (
            f"a row of stream {self._stream!r} must have exactly its declared columns; "
            f"missing: {missing or 'none'}, not declared: {unknown or 'none'}"
        )
