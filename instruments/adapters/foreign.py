"""What the adapters share: one lock, errors with names, read-back, limits on the way in, a safe end."""

import math
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, ClassVar

from nado_lab.instruments.clock import Clock, WallClock
from nado_lab.instruments.drivers.serial_line import put_line_settings
from nado_lab.instruments.errors import (
    DeviceReportedError,
    DisconnectedError,
    IdentityError,
    InstrumentError,
    InstrumentTimeout,
    LimitError,
    ReplyError,
    SetupError,
)
from nado_lab.instruments.roles import Snapshot
from pyvisa import errors as visa_errors
from pyvisa.constants import StatusCode
from pyvisa.highlevel import VisaLibraryBase

_MISFITS = (ValueError, TypeError, KeyError, IndexError, AttributeError)


class ForeignDriver:
    """Hold another library's instrument as `inner` and answer as every role does.

    A driver states `instrument` (the class), `identity` (what its identity looks like), `units` (name -> unit
    of what a snapshot reads), adds the methods of its role by `get` and `put`, and, if it drives anything,
    `_make_safe`. A largest value is a keyword argument of its constructor (`max_volts`), checked by itself.
    """

    instrument: ClassVar[Any]
    options: ClassVar[Mapping[str, object]] = {}
    """Further arguments of the class, by name."""
    identity: ClassVar[str] = ""
    units: ClassVar[dict[str, str]] = {}
    drives: ClassVar[bool] = True
    visa: ClassVar[bool] = True
    """Whether addresses are VISA's; else they are what the other library takes, as they stand."""
    tolerance: ClassVar[float] = 1e-4
    """How far a number may read back from what was put, relative."""

    def __init__(
        self,
        address: str,
        *,
        clock: Clock | None = None,
        timeout: int = 5000,
        visa_library: str | VisaLibraryBase = "@py",
    ) -> None:
        """Open the instrument at `address`; `timeout` is in ms."""
        if self.drives and self._make_safe.__func__ is vars(ForeignDriver)["_make_safe"]:
            raise SetupError(
                f"{type(self).__name__} drives something: give it _make_safe, which takes its outputs down, "
                "or drives = False"
            )
        self.clock, self.address, self.timeout_s = clock or WallClock(), address, timeout / 1000
        self.name = f"{type(self).__name__} at {address}"
        self.lock = threading.RLock()
        with self.talking("opening"):
            self.inner = self._open(visa_library)
        self.isShutdown = False

    @contextmanager
    def talking(self, action: str, misfit: type[InstrumentError] = ReplyError) -> Iterator[None]:
        """Hold the instrument, and give whatever goes wrong a name; `misfit` is what a ValueError means."""
        with self.lock:
            self.isShutdown = False
            try:
                yield
            except InstrumentError:
                raise
            except Exception as error:
                raise _named(error, misfit)(f"{self.name}: {action}: {_one_line(error)}") from error

    def get(self, quantity: str) -> Any:  # noqa: ANN401  (as the other library hands it over)
        """Read a quantity by its name; a dot leads to a channel's ("ch1.voltage")."""
        with self.talking(f"reading {quantity}"):
            return self._get(quantity)

    def put(self, quantity: str, value: float | str) -> None:
        """Set a quantity and read it back; LimitError where the library refuses, ReplyError if not taken."""
        if isinstance(value, float) and not math.isfinite(value):
            raise LimitError(f"{self.name}: {quantity} must be finite, got {value}")
        with self.lock:
            with self.talking(f"setting {quantity} to {value!r}", LimitError):
                self._put(quantity, value)
            found = self.get(quantity)
        if not _same(value, found, self.tolerance):
            raise ReplyError(f"{self.name}: {quantity} was set to {value!r} but reads back {found!r}")

    def set_line(self, settings: dict[str, Any]) -> None:
        """Set the serial line (pyvisa's names: ``baud_rate``, ``parity`` ...)."""
        with self.talking("setting the serial line"):
            put_line_settings(self._connection(), settings)

    # -- what every role asks ----------------------------------------------------------------

    def identify(self) -> str:
        """Return the identity, or raise IdentityError where it is another instrument's."""
        with self.talking("reading the identity"):
            found = self._identity()
        if not re.search(self.identity, found):
            raise IdentityError(f"{self.name}: expected an identity like {self.identity!r}, got {found!r}")
        return found

    def clear(self) -> None:
        """Empty error queue and event registers."""
        with self.talking("clearing"):
            self._clear()

    def check_errors(self) -> list[str]:
        """Raise DeviceReportedError where the instrument reports an error."""
        with self.talking("reading the error queue"):
            found = self._errors()
        if found:
            raise DeviceReportedError(f"{self.name} reports: {'; '.join(found)}")
        return found

    def snapshot(self) -> Snapshot:
        """Read every quantity that has a unit: name -> {"value", "unit"}."""
        with self.lock:
            return {name: {"value": self.get(name), "unit": unit} for name, unit in self.units.items()}

    def shutdown(self) -> None:
        """Make the outputs safe; may be called any number of times."""
        with self.lock:
            self._make_safe()
            self.isShutdown = True

    def close(self) -> None:
        """Give the connection back."""
        with self.lock:
            self._close()

    # -- what a library is asked -------------------------------------------------------------

    def _open(self, visa_library: str | VisaLibraryBase) -> Any:  # noqa: ANN401
        raise NotImplementedError

    def _connection(self) -> Any:  # noqa: ANN401
        """Return the VISA connection."""
        raise SetupError(f"{self.name} has no serial line that could be set; take [serial] out of the file")

    def _get(self, quantity: str) -> Any:  # noqa: ANN401
        raise NotImplementedError

    def _put(self, quantity: str, value: float | str) -> None:
        raise NotImplementedError

    def _identity(self) -> str:
        raise NotImplementedError

    def _clear(self) -> None:
        """Do nothing: there may be nothing to clear."""

    def _errors(self) -> list[str]:
        """Know of no error: many instruments keep no queue."""
        return []

    def _make_safe(self) -> None:
        """Switch off what this instrument drives; instruments that drive nothing need nothing."""

    def _close(self) -> None:
        raise NotImplementedError


def at(owner: Any, path: str) -> Any:  # noqa: ANN401
    """Follow names that are joined by dots."""
    for name in path.split(".") if path else ():
        owner = getattr(owner, name)
    return owner


def _named(error: Exception, misfit: type[InstrumentError]) -> type[InstrumentError]:
    timed_out = getattr(error, "error_code", None) == StatusCode.error_timeout
    if timed_out or isinstance(error, TimeoutError):
        return InstrumentTimeout
    if isinstance(error, visa_errors.Error | OSError):
        return DisconnectedError
    return misfit if isinstance(error, _MISFITS) else InstrumentError


def _same(wanted: object, found: object, tolerance: float) -> bool:
    if isinstance(wanted, int | float) and isinstance(found, int | float) and not isinstance(wanted, bool):
        return math.isclose(wanted, found, rel_tol=tolerance, abs_tol=1e-9)
    return bool(wanted == found)


def _one_line(error: Exception) -> str:
    return " ".join(" ".join(str(part) for part in error.args).split()) or type(error).__name__
