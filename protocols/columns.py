"""What a protocol says about the numbers it emits, before it emits them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from numpy.typing import ArrayLike

ROW = "trial"
"""The dimension along which rows of a stream are appended."""

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
