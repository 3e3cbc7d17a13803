"""What a protocol says about the numbers it emits, before it emits them."""

import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import numpy as np
from nado_lab.protocols.errors import ProtocolError
from numpy.typing import ArrayLike

ROW = "trial"
"""The dimension along which rows of a stream are appended."""

RESERVED = (ROW, "elapsed")
"""Columns that every stream has of its own: the row's number, and the time since the run began."""

Row = Mapping[str, ArrayLike]
"""Column -> scalar or array: one emitted row."""

_NAME = re.compile(r"^[A-Za-z][A-Za-z0-9_]*$")


@dataclass(frozen=True)
class Column:
    """Declare one emitted quantity: the dims and shape of ONE row, its dtype, SI units and meaning.

    `dims` leave out the row dimension; a scalar a row has `dims=()`. A column with
    `is_coordinate=True` labels the rows (a sequence number) rather than being a result.
    """

    name: str
    dims: tuple[str, ...] = ()
    shape: tuple[int, ...] = ()
    dtype: str = "float64"
    units: str = "1"
    description: str = ""
    is_coordinate: bool = False

    def __post_init__(self) -> None:
        """Refuse a column that could not be stored."""
        if not _NAME.match(self.name):
            raise ValueError(f"column name {self.name!r}: use letters, digits and underscores")
        if len(self.dims) != len(self.shape):
            raise ValueError(f"column {self.name!r}: dims {self.dims} do not fit shape {self.shape}")


@dataclass(frozen=True)
class Coordinate:
    """Label the positions along a dimension (by default the one called `name`), perhaps with units."""

    name: str
    values: tuple[str | float, ...]
    units: str = ""
    description: str = ""
    dim: str = ""

    @property
    def along(self) -> str:
        """Name the labelled dimension."""
        return self.dim or self.name


def common_unit(units: Sequence[str]) -> str:
    """Return the unit that all channels share; else say that each has one of its own."""
    return units[0] if len(set(units)) == 1 else "see channel_units"


def require_storable(streams: Mapping[str, Sequence[Column]], labels: Sequence[Coordinate]) -> None:
    """Refuse columns that could be written and never read: a length a dimension, a name a column."""
    for stream, columns in streams.items():
        sizes: dict[str, tuple[int, str]] = {}
        for column in columns:
            _require_dtype(stream, column)
            for dim, size in zip(column.dims, column.shape, strict=True):
                known, first = sizes.setdefault(dim, (size, column.name))
                if dim == ROW or known != size:
                    told = f"{column.name!r} has {size} along {dim!r}, {first!r} has {known}"
                    reason = f"{dim!r} is the dimension of the rows" if dim == ROW else told
                    raise ProtocolError(f"columns of stream {stream!r} cannot be stored together: {reason}")
        _require_labels(stream, sizes, labels)
        _require_names(stream, [*RESERVED, *(column.name for column in columns)])


def _require_dtype(stream: str, column: Column) -> None:
    with suppress(TypeError):
        if column.dtype == "string" or np.dtype(column.dtype).kind in "fiucb":
            return
    raise ProtocolError(
        f"column {column.name!r} of stream {stream!r} has the dtype {column.dtype!r}: "
        "expected one such as float64, int64, complex128, bool or string"
    )


def _require_names(stream: str, names: Sequence[str]) -> None:
    """Refuse two columns of one name, also if only capitals tell them apart: some file systems do not."""
    seen: dict[str, str] = {}
    for name in names:
        other = seen.setdefault(name.lower(), name)
        if list(names).count(name) > 1 or other != name:
            what = "is there already" if other == name else f"differs from {other!r} in capitals only"
            raise ProtocolError(f"column {name!r} of stream {stream!r} {what}; choose another name")


def _require_labels(stream: str, sizes: Mapping[str, tuple[int, str]], labels: Sequence[Coordinate]) -> None:
    for label in labels:
        size, column = sizes.get(label.along, (len(label.values), ""))
        if size != len(label.values):
            raise ProtocolError(
                f"stream {stream!r}: {len(label.values)} labels {label.name!r} for dimension "
                f"{label.along!r}, along which {column!r} has {size}"
            )
