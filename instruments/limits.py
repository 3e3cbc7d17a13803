"""Limits that raise before anything is sent; nothing is ever clipped in silence."""

from collections.abc import Sequence

import numpy as np
from nado_lab.instruments.errors import LimitError


def positive(name: str, value: float, most: float) -> float:
    """Return a limit that lies above 0 and up to ``most``."""
    if not 0 < value <= most:
        raise LimitError(f"{name} = {value:g} must lie above 0, up to {most:g}")
    return value


def within(value: float, values: Sequence[float]) -> float:
    """Return ``value`` if it lies in [min(values), max(values)]; a PyMeasure validator that names both."""
    low, high = min(values), max(values)
    if not low <= value <= high:
        raise LimitError(f"{_shown(value, low, high)} lies outside {low:g} to {high:g}; nothing was sent")
    return value


def one_word(value: str, values: Sequence[str]) -> str:
    """Return ``value`` if it is one of the listed words; a PyMeasure validator that names them all."""
    if value not in values:
        raise LimitError(f"expected one of {', '.join(values)} but got {value!r}; nothing was sent")
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
        unit = f" {unit}" if unit else ""
        raise LimitError(
            f"{name} {_shown(worst, low, high)}{unit} lies outside {low:.4g} to {high:.4g}{unit}; "
            f"nothing was sent. {hint}"
        )


def _shown(value: float, low: float, high: float) -> str:
    """Print a value with as many digits as tell it from the bounds."""
    texts = [f"{value:.{digits}g}" for digits in (4, 10, 17)]
    return next((text for text in texts if float(text) not in (low, high)), texts[-1])
