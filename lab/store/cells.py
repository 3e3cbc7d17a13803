"""One value of a column, as it is stored: converted where nothing is lost, refused where something would be.

Values are looked at when they are emitted, so that a bad one costs neither the rows before it nor, in
silence, those after it.
"""

from collections.abc import Callable
from typing import Protocol, cast, runtime_checkable

import numpy as np
from nado_lab.lab.store.errors import StoreError
from nado_lab.protocols.columns import Column

_EXACT_IN_DOUBLE = 1 << 53
_INTEGERS = {"float64": _EXACT_IN_DOUBLE, "int64": (1 << 63) - 1}
"""Up to which size a Python int is stored as it is."""


@runtime_checkable
class Quantity(Protocol):
    """What pint calls a quantity: a magnitude with units."""

    @property
    def magnitude(self) -> object:
        """Give the number, or numbers, without the unit."""
        ...

    @property
    def units(self) -> object:
        """Give the unit."""
        ...

    def to(self, other: str) -> "Quantity":
        """Give the same quantity in another unit."""
        ...


def fast_types(column: Column) -> frozenset[type]:
    """Name the Python types of which a scalar can be stored in a column as it is."""
    if column.shape:
        return frozenset()
    if column.dtype == "string":
        return frozenset()  # each text is looked at: a lone surrogate cannot be stored
    return frozenset({"float64": {float, np.float64}, "bool": {bool, np.bool_}}.get(column.dtype, ()))


def cell(column: Column, value: object) -> object:
    """Give the value of one row of a column: a scalar, or a copy of an array of the declared shape."""
    if type(value) is int and abs(value) <= _INTEGERS.get(column.dtype, -1) and not column.shape:
        return value
    stored = cells(column, value, column.shape)
    return stored if column.shape else stored.item()


def cells(column: Column, value: object, shape: tuple[int, ...]) -> np.ndarray:
    """Give values as a new array of the column's dtype and of `shape`; StoreError where they are not such."""
    array = _plain_array(column, value)
    if array.shape != shape and not (shape == () and array.size == 1):
        expected = f"{column.shape} {column.dims}" if column.shape else "one number a row"
        hint = "" if column.shape else " (a plain procedure emits many rows as 'batch results')"
        raise StoreError(
            f"column {column.name!r} was declared with shape {expected}; "
            f"a row came with shape {array.shape}{hint}"
        )
    converted = _text(array) if column.dtype == "string" else _numbers(column, array)
    return converted.reshape(shape)


def _plain_array(column: Column, value: object) -> np.ndarray:
    """Take units and masks off; None and what is masked is NaN, where the column has one."""
    if hasattr(value, "magnitude") and isinstance(value, Quantity):
        value = _in_units_of(column, value)
    if isinstance(value, np.ma.MaskedArray):
        value = _unmasked(column, value)
    try:
        return np.asarray(value)
    except (TypeError, ValueError) as error:  # rows of several lengths
        raise _refusal(column, value, "is no array of one shape") from error


def _in_units_of(column: Column, value: Quantity) -> object:
    try:
        return value.to("dimensionless" if column.units == "1" else column.units).magnitude
    except Exception as error:  # pint raises errors of its own, which may not be installed
        raise _refusal(column, value, f"is not in units of the column ({column.units})") from error


def _unmasked(column: Column, value: np.ma.MaskedArray) -> object:
    if not np.ma.getmaskarray(value).any():
        return value.data
    if column.dtype != "string" and np.dtype(column.dtype).kind in "fc":
        return np.ma.filled(value.astype(column.dtype), np.nan)
    raise _refusal(column, value, f"is masked, and {column.dtype} has no value for that")


def _text(array: np.ndarray) -> np.ndarray:
    words = [_word(each) for each in array.astype(object).ravel()]
    return np.array(words, dtype=object).reshape(array.shape)


def _word(value: object) -> str:
    text = "" if value is None else str(value)
    return text.encode("utf-8", errors="backslashreplace").decode("utf-8")


def _numbers(column: Column, array: np.ndarray) -> np.ndarray:
    if array.dtype.kind in "OUST":
        array = _read_each(column, array)
    target = np.dtype(column.dtype)
    reason = _CHECKS.get(target.kind, _never)(array, target)
    if reason:
        raise _refusal(column, array, reason)
    with np.errstate(over="ignore", invalid="ignore"):
        return array.astype(target)


def _read_each(column: Column, array: np.ndarray) -> np.ndarray:
    """Read numbers that came as text or as objects, one by one."""
    found = [_number(column, each) for each in array.ravel().tolist()]
    return np.array(found).reshape(array.shape) if found else np.zeros(array.shape)


def _number(column: Column, value: object) -> object:
    if value is None and np.dtype(column.dtype).kind in "fc":
        return np.nan
    if isinstance(value, (bool, int, float, complex, np.number, np.bool_)):
        return value
    if isinstance(value, (str, bytes)):
        return _read_number(column, value.decode("ascii", "replace") if isinstance(value, bytes) else value)
    to_float = getattr(value, "__float__", None)  # Decimal, Fraction, an instrument library's own number
    if to_float is None or isinstance(value, (np.datetime64, np.timedelta64)):
        raise _refusal(column, value, "is not a number")
    try:
        return cast("Callable[[], float]", to_float)()
    except (ArithmeticError, TypeError, ValueError) as error:
        raise _refusal(column, value, f"is not a number: {error}") from error


def _read_number(column: Column, text: str) -> object:
    for read in (int, float, complex):
        try:
            return read(text)
        except ValueError:
            continue
    raise _refusal(column, text, "is not a number")


def _not_real(array: np.ndarray, target: np.dtype) -> str:
    if array.dtype.kind not in "biuf":
        return _never(array, target)
    if array.dtype.kind in "iu" and array.size and _largest(array) > _EXACT_IN_DOUBLE:
        back = array.astype(target).astype(object)
        return (
            ""
            if all(int(a) == b for a, b in zip(back.ravel(), array.ravel().tolist(), strict=True))
            else _ROUND
        )
    with np.errstate(over="ignore"):
        lost = np.isfinite(array) & ~np.isfinite(array.astype(target))
    return f"is beyond the range of {target}" if lost.any() else ""


_ROUND = "would be rounded: it has more digits than the column keeps"


def _not_whole(array: np.ndarray, target: np.dtype) -> str:
    if array.dtype.kind not in "biuf":
        return _never(array, target)
    if array.dtype.kind == "f" and not (np.isfinite(array) & (array == np.floor(array))).all():
        return f"is not a whole number, as {target} is"
    limits = np.iinfo(target)
    values = [int(each) for each in (array.min(), array.max())] if array.size else []
    within = all(limits.min <= each <= limits.max for each in values)
    return "" if within else f"is beyond the range of {target} ({limits.min} to {limits.max})"


def _not_complex(array: np.ndarray, target: np.dtype) -> str:
    return "" if array.dtype.kind in "biufc" else _never(array, target)


def _not_switch(array: np.ndarray, _: np.dtype) -> str:
    if array.dtype.kind == "b" or (array.dtype.kind in "iu" and np.isin(array, (0, 1)).all()):
        return ""
    return "is neither true nor false"


def _never(array: np.ndarray, target: np.dtype) -> str:
    kinds = {"c": "is complex", "M": "is a time", "m": "is a duration", "O": "has too many digits"}
    return f"{kinds.get(array.dtype.kind, 'is something else')}, not {target}"


_CHECKS: dict[str, Callable[[np.ndarray, np.dtype], str]] = {
    "f": _not_real,
    "i": _not_whole,
    "u": _not_whole,
    "c": _not_complex,
    "b": _not_switch,
}


def _largest(array: np.ndarray) -> int:
    return max(abs(int(array.min())), abs(int(array.max())))


def _refusal(column: Column, value: object, reason: str) -> StoreError:
    shown = str(value)
    shown = shown if len(shown) <= 60 else f"{shown[:57]}..."
    unit = "" if column.units == "1" else f" in {column.units}"
    return StoreError(f"column {column.name!r} ({column.dtype}{unit}): {shown!r} {reason}")
