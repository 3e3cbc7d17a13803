"""Wait for a burst that the hardware times: polled, stopped by a wish or by an open interlock."""

from collections.abc import Callable
from typing import Protocol

from nado_lab.instruments.clock import Clock
from nado_lab.instruments.errors import InstrumentTimeout

_GRACE_S = 5.0


class Interlocked(Protocol):
    """What plays the burst."""

    @property
    def clock(self) -> Clock: ...

    def require_interlock(self) -> None: ...


def wait_for_end(
    setup: Interlocked,
    busy: Callable[[], bool],
    seconds: float,
    poll_s: float,
    should_stop: Callable[[], bool],
) -> bool:
    """Wait for the end of a burst of so many ``seconds``; return False where it was stopped."""
    end = setup.clock.now() + seconds
    while busy():
        if should_stop():
            return False
        setup.require_interlock()
        left = end - setup.clock.now()
        if left < -_GRACE_S:
            raise InstrumentTimeout(f"the burst of {seconds:.1f} s did not end; check what plays it")
        setup.clock.sleep(min(poll_s, max(left, 1e-3)))
    return True
