"""A PyMeasure instrument in a role as it is, channels and all.

Where its class can be derived from, `class Mine(SafeDriver, Theirs)` is better: it guards every message.
Interface: https://pymeasure.readthedocs.io/en/latest/api/instruments/instruments.html
"""

import contextlib
from typing import Any

from nado_lab.instruments.adapters.foreign import ForeignDriver, at
from pyvisa.highlevel import VisaLibraryBase


class PyMeasureDriver(ForeignDriver):
    """Fill a role with a PyMeasure `Instrument`; quantities are its properties ("ch_1.voltage")."""

    def _open(self, visa_library: str | VisaLibraryBase) -> Any:  # noqa: ANN401
        arguments = {"visa_library": visa_library, "timeout": round(self.timeout_s * 1000)}
        return self.instrument(self.address, **arguments, **self.options)

    def _connection(self) -> Any:  # noqa: ANN401
        return self.inner.adapter.connection

    def _get(self, quantity: str) -> Any:  # noqa: ANN401
        return at(self.inner, quantity)

    def _put(self, quantity: str, value: float | str) -> None:
        owner, _, name = quantity.rpartition(".")
        setattr(at(self.inner, owner), name, value)

    def _identity(self) -> str:
        try:
            return str(self.inner.id).strip()
        except NotImplementedError:  # PyMeasure was not told that it speaks SCPI
            return str(self.inner.ask("*IDN?")).strip()

    def _clear(self) -> None:
        with contextlib.suppress(NotImplementedError):
            self.inner.clear()

    def _errors(self) -> list[str]:
        try:
            return [str(each) for each in self.inner.check_errors()]
        except NotImplementedError:
            return []

    def _close(self) -> None:
        self.inner.adapter.close()
