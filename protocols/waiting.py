"""Wait between two measurements in the safe state."""

from collections.abc import Callable

from nado_lab.protocols.device import MeasuringDevice

_POLL_S = 1.0


def wait_safely(setup: MeasuringDevice, seconds: float, should_stop: Callable[[], bool]) -> bool:
    """Wait ``seconds`` by the bench's clock with everything off; False if the run is to stop."""
    if seconds <= 0:
        return not should_stop()
    setup.shutdown()
    end = setup.clock.now() + seconds
    while (left := end - setup.clock.now()) > 0:
        if should_stop():
            return False
        setup.clock.sleep(min(left, _POLL_S))
    return True
