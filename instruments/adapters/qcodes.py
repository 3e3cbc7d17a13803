"""A QCoDeS instrument in a role.

Interface: https://microsoft.github.io/Qcodes/api/instrument/index.html (`VisaInstrument`, `get_idn`,
parameters that are called to read and called with a value to set).
"""

from itertools import count
from typing import Any

from nado_lab.instruments.adapters.foreign import ForeignDriver, at
from pyvisa.highlevel import VisaLibraryBase

_numbers = count()


class QCoDeSDriver(ForeignDriver):
    """Fill a role with a QCoDeS `Instrument`; quantities are its parameters ("ch1.voltage").

    With `visa = False` the class takes a name and `options` only, no address, VISA library and time-out.
    """

    def _open(self, visa_library: str | VisaLibraryBase) -> Any:  # noqa: ANN401
        name = f"nado_{type(self).__name__}_{next(_numbers)}"  # QCoDeS wants each name once a process
        if not self.visa:
            return self.instrument(name, **self.options)
        return self.instrument(
            name, self.address, visalib=visa_library, timeout=self.timeout_s, **self.options
        )

    def _connection(self) -> Any:  # noqa: ANN401
        return self.inner.visa_handle if self.visa else super()._connection()

    def _get(self, quantity: str) -> Any:  # noqa: ANN401
        return at(self.inner, quantity)()

    def _put(self, quantity: str, value: float | str) -> None:
        at(self.inner, quantity)(value)

    def _identity(self) -> str:
        found = self.inner.get_idn()
        return ",".join(str(found.get(part) or "") for part in ("vendor", "model", "serial", "firmware"))

    def _clear(self) -> None:
        if self.visa:
            self.inner.write("*CLS")

    def _close(self) -> None:
        self.inner.close()
