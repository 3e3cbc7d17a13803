"""What stands before the channels of a role: it counts calls and does what a fault says."""

from typing import TYPE_CHECKING

from nado_lab.sim_backend.clock import Clock
from nado_lab.sim_backend.daqmx.errors import Code, DaqError

if TYPE_CHECKING:
    from nado_lab.sim_backend.faults import Fault

_AWAY_S = 1.0
LATE_S = 30.0


class DaqGate:
    """Count the calls of the driver on the channels of one role; fail where a fault says so."""

    def __init__(self, clock: Clock, faults: frozenset[str]):
        self.clock, self.faults = clock, faults
        self.fault: Fault | None = None
        self.messages = 0
        self.away_until: float | None = None

    def set(self, fault: "Fault | None") -> None:
        """Switch a fault on, or off with None."""
        if fault is not None and fault.kind not in self.faults:
            known = ", ".join(sorted(self.faults))
            raise ValueError(f"{fault.role} cannot have {fault.kind!r}; it can have {known}")
        self.fault, self.messages, self.away_until = fault, 0, None

    @property
    def active(self) -> str | None:
        """Return the kind of the fault that acts now."""
        fault = self.fault
        return fault.kind if fault is not None and self.messages >= fault.after else None

    def call(self) -> None:
        """Let a call through, or raise what NI-DAQmx raises."""
        kind = self.active
        self.messages += 1
        if kind == "error":
            self.fault = None
            raise DaqError("Onboard device memory underflow; injected.", Code.OUTPUT_FIFO_UNDERFLOW_2)
        if kind == "disconnect":
            if self.away_until is None:
                self.away_until = self.clock.now() + _AWAY_S
            if self.clock.now() < self.away_until:
                raise DaqError(
                    "Device cannot be accessed. Possible causes: it is no longer present in the system.",
                    Code.DEV_CANNOT_BE_ACCESSED,
                )
