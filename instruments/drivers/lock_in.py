"""What the Stanford lock-ins share as drivers: status registers for an error queue, checked samples."""

from typing import Any

import numpy as np

from ..errors import LimitError, OverloadError, ReplyError
from .event_status import EventStatusDriver

_OVERLOAD = 1 + 2 + 4
_AMONG = "expected one of {} but got {:g}; nothing was sent"


def one_of(value: float, values: Any) -> float:
    """Return the listed value that ``value`` is, to 0.1 %; a PyMeasure validator that never rounds up."""
    for allowed in values:
        if abs(value - allowed) <= 1e-3 * abs(allowed):
            return allowed
    raise LimitError(_AMONG.format(", ".join(f"{v:g}" for v in values), value))


class LockInDriver(EventStatusDriver):
    """Read overloads from the lock-in's status byte."""

    def require_no_overload(self) -> None:
        """Raise OverloadError where input, filter or output is overloaded."""
        status = self._register("LIAS?")
        if status & _OVERLOAD:
            raise OverloadError(f"{self.name}: overload (status {status}); take a larger sensitivity")

    def _checked(self, volts: np.ndarray, count: int) -> np.ndarray:
        """Return the samples (count,) in V if all of them are there and are numbers."""
        if len(volts) < count or not np.all(np.isfinite(volts[:count])):
            raise ReplyError(f"{self.name}: expected {count} samples, got {len(volts)} or some that are none")
        self.require_no_overload()
        return volts[:count].astype(float)
