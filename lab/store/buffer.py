"""Rows of one stream, held in memory until they make a block worth writing.

A buffer knows the number of its first row. Whoever writes it compares that with the rows committed,
so an interrupt between "committed" and "forgotten" neither doubles rows nor loses them.
"""

import numpy as np
from nado_lab.lab.store.cells import cell, fast_types
from nado_lab.lab.store.errors import StoreError
from nado_lab.lab.store.layout import ELAPSED, item_bytes
from nado_lab.protocols.columns import Column, Row

BLOCK_BYTES = 4 << 20
BLOCK_ROWS = 16384


class RowBuffer:
    """Collect rows, check them against the declared columns, and hand them out as one block."""

    def __init__(self, stream: str, columns: tuple[Column, ...], start: int) -> None:
        self.start = start
        self._stream, self._all = stream, columns
        self._columns = {column.name: column for column in columns}
        row_bytes = sum(int(np.prod(c.shape, dtype=np.int64)) * item_bytes(c) for c in columns)
        self._full = int(np.clip(BLOCK_BYTES // max(row_bytes, 1), 1, BLOCK_ROWS))
        self._rows: list[tuple[object, ...]] = []
        self._names = tuple(self._columns)
        self._name_set = frozenset(self._names)
        self._kinds = [(column, fast_types(column)) for column in columns]

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
        self._rows.append((*[self._cell(column, as_it_is, row) for column, as_it_is in self._kinds], elapsed))

    @staticmethod
    def _cell(column: Column, as_it_is: frozenset[type], row: Row) -> object:
        """Give a value as it is stored; StoreError where that would change it."""
        value = row[column.name]
        return value if type(value) in as_it_is else cell(column, value)

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

    @staticmethod
    def _stack(column: Column, values: tuple[object, ...]) -> np.ndarray:
        dtype = object if column.dtype == "string" else column.dtype
        return np.asarray(values, dtype=dtype).reshape(len(values), *column.shape)

    def _odd_names(self, row: Row) -> str:
        missing = sorted(self._name_set - row.keys())
        unknown = sorted(row.keys() - self._name_set)
        return (
            f"a row of stream {self._stream!r} must have exactly its declared columns; "
            f"missing: {missing or 'none'}, not declared: {unknown or 'none'}"
        )
