"""An ophyd device (EPICS, or anything that ophyd wraps) in a role; the address is its prefix.

Interface: https://blueskyproject.io/ophyd/ (`Device`, signals with `get` and `set(...)` that returns a status
with `wait(timeout)`, `wait_for_connection`, `destroy`).
"""

from typing import Any, ClassVar

from nado_lab.instruments.adapters.foreign import ForeignDriver, at
from nado_lab.instruments.errors import DisconnectedError
from pyvisa.highlevel import VisaLibraryBase


class OphydDriver(ForeignDriver):
    """Fill a role with an ophyd `Device`; quantities are its signals ("channel.setpoint")."""

    visa = False
    prefixed: ClassVar[bool] = True
    """Whether the class takes a prefix; else it takes a name and `options` only."""

    def _open(self, visa_library: str | VisaLibraryBase) -> Any:  # noqa: ANN401, ARG002  (no VISA in EPICS)
        prefix = (self.address,) if self.prefixed else ()
        device = self.instrument(*prefix, name=type(self).__name__, **self.options)
        device.wait_for_connection(timeout=self.timeout_s)
        return device

    def _get(self, quantity: str) -> Any:  # noqa: ANN401
        return at(self.inner, quantity).get()

    def _put(self, quantity: str, value: float | str) -> None:
        at(self.inner, quantity).set(value).wait(timeout=self.timeout_s)

    def _identity(self) -> str:
        if not self.inner.connected:
            raise DisconnectedError(f"{self.name}: not connected; is its IOC running?")
        return f"{type(self.inner).__name__} {self.address}"

    def _errors(self) -> list[str]:
        return [] if self.inner.connected else ["not connected"]

    def _close(self) -> None:
        self.inner.destroy()
