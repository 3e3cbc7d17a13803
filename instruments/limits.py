"""Limits that raise before anything is sent; nothing is ever clipped in silence."""

from typing import Any

import numpy as np

from .errors import LimitError


def within(value: Any, values: Any) -> Any:
    """Return ``value`` if it lies in [min(values), max(values)]; a PyMeasure validator that names both."""
    low, high = min(values), max(values)
    if not low <= value <= high:
        raise LimitError(f"{value:g} lies outside {low:g} to {high:g}; nothing was sent")
    return value


def check_all(name: str, values: np.ndarray, low: float, high: float, unit: str, hint: str) -> None:
    """Raise unless every value, finite, lies in [low, high]; the message names the worst one."""
    array = np.asarray(values, dtype=float)
    if array.size == 0:
        return
    if not np.all(np.isfinite(array)):
        raise LimitError(f"{name} holds values that are not finite; nothing was sent")
    worst = array.max() if array.max() - high > low - array.min() else array.min()
    if not low <= worst <= high:
        raise LimitError(
            f"{name} {worst:.4g} {unit} lies outside {low:.4g} to {high:.4g} {unit}; nothing was sent. {hint}"
        )
