"""What every driver shares: named errors, identity, read-back, error queue, snapshot, one lock."""

import contextlib
import math
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar

from nado_lab.instruments.clock import Clock, WallClock
from nado_lab.instruments.drivers.blocks import read_block
from nado_lab.instruments.drivers.named_errors import translated
from nado_lab.instruments.drivers.serial_line import line_settings, put_line_settings
from nado_lab.instruments.errors import (
    DeviceReportedError,
    DisconnectedError,
    IdentityError,
    InstrumentError,
    ReplyError,
    StuckOutputError,
)
from nado_lab.instruments.roles import Snapshot
from pymeasure.adapters import Adapter, VISAAdapter
from pymeasure.instruments import Instrument
from pyvisa import errors as visa_errors

_MISREAD = (ValueError, KeyError, TypeError, IndexError)
_MOST_ERRORS = 30
_RESERVED = tuple(f"_{key}" for key in (*Instrument._fget_params_list, *Instrument._fset_params_list))  # noqa: SLF001
_RECONNECTIONS, _RECONNECTION_S, _PROBE_MS = 5, 0.25, 250


class SafeDriver(Instrument):
    """Mix into a PyMeasure instrument: strict, checked, lockable, safe to shut down."""

    identity: ClassVar[str] = ""
    units: ClassVar[dict[str, str]] = {}
    resolutions: ClassVar[dict[str, float]] = {}
    """By how much a quantity may read back otherwise than it was set: converter and printed digits."""
    drives: ClassVar[bool] = True
    """Whether the instrument drives anything: one that only measures is not worth waiting for."""

    def __init__(
        self, adapter: Adapter | str, *, clock: Clock | None = None, timeout: int = 5000, **kwargs: Any
    ):
        self.clock = clock or WallClock()
        self.lock = threading.RLock()
        self._upset = self._silent = False
        self._patience_ms = timeout
        super().__init__(adapter, timeout=timeout, **kwargs)
        self._line = line_settings(self.adapter.connection)
        self._sealed = True

    def set_line(self, settings: dict[str, Any]) -> None:
        """Set the serial line (pyvisa's names: ``baud_rate``, ``parity`` ...), also after a reconnection."""
        put_line_settings(self.adapter.connection, settings)
        self._line |= settings

    def __getattribute__(self, name: str) -> Any:
        """Refuse what PyMeasure reserves; its own search through a list costs most of a query."""
        if name.endswith(_RESERVED):
            return super().__getattribute__(name)
        return object.__getattribute__(self, name)

    def __setattr__(self, name: str, value: Any) -> None:
        quantity = name.removesuffix("_values")
        known = name.startswith("_") or name in self.__dict__ or hasattr(type(self), quantity)
        if self.__dict__.get("_sealed") and not known:
            raise AttributeError(f"{type(self).__name__} has no setting {name!r}")
        super().__setattr__(name, value)

    # -- the bus, with errors that have names ------------------------------------------------

    def write(self, command: str, **kwargs: Any) -> None:
        """Send a command."""
        command = self.spelt(command)
        with self.lock, self._named_errors(command):
            self.isShutdown = False
            super().write(command, **kwargs)

    def spelt(self, command: str) -> str:
        """Return a command as it goes out."""
        return command

    def write_bytes(self, content: bytes, **kwargs: Any) -> None:
        """Send bytes."""
        with self.lock, self._named_errors("binary upload"):
            super().write_bytes(content, **kwargs)

    def read(self, **kwargs: Any) -> str:
        """Read a reply."""
        with self.lock, self._named_errors("read"):
            if not isinstance(self.adapter, VISAAdapter):
                return super().read(**kwargs)
            return self._read_line()

    def _read_line(self) -> str:
        """Read a reply up to its termination, which pyvisa would only warn about."""
        connection: Any = self.adapter.connection
        raw, end = bytes(connection.read_raw()), (connection.read_termination or "").encode()
        if end and not raw.endswith(end):
            raise ReplyError(f"{self.name}: the reply {raw[:40]!r} is truncated")
        return raw[: len(raw) - len(end)].rstrip(b"\r").decode("ascii")

    def read_bytes(self, count: int, **kwargs: Any) -> bytes:
        """Read ``count`` bytes."""
        with self.lock, self._named_errors("read"):
            return super().read_bytes(count, **kwargs)

    def ask(self, command: str, query_delay: float | None = None) -> str:
        """Send a query and read its reply, undisturbed by other threads."""
        with self.lock:
            return super().ask(command, query_delay)

    @contextmanager
    def _named_errors(self, action: str) -> Iterator[None]:
        try:
            with translated(self.name, action):
                yield
        except InstrumentError:
            self._upset = True
            raise

    def ask_block(self, command: str, *, size: int | None = None, end: bytes = b"\n") -> bytes:
        """Send a query and return the data of the block that answers it; see ``read_block``."""
        with self.lock, self._without_termination():
            self.write(command)
            try:
                return read_block(self.read_bytes, size, end)
            except ReplyError as error:
                self._upset = True
                raise ReplyError(f"{self.name}: reply to {command!r}: {error}") from error

    @contextmanager
    def _without_termination(self) -> Iterator[None]:
        """Read bytes as they come: inside a block a newline ends nothing."""
        connection: Any = self.adapter.connection
        before, connection.read_termination = connection.read_termination, None
        try:
            yield
        finally:
            connection.read_termination = before

    def clear(self) -> None:
        """Empty error queue and event registers."""
        self.write("*CLS")

    # -- conventions -------------------------------------------------------------------------

    def identify(self) -> str:
        """Return the identity, or raise IdentityError where it is another instrument's."""
        found = self.ask("*IDN?").strip()
        if not re.search(self.identity, found):
            raise IdentityError(f"{self.name}: expected an identity like {self.identity!r}, got {found!r}")
        return found

    def apply(self, **settings: Any) -> None:
        """Set quantities, read each back and raise ReplyError where it did not take; then read the queue."""
        with self.lock:
            for name, value in settings.items():
                setattr(self, name, value)
                self._confirm(name, value, self.read_back(name))
            self.check_errors()

    def read_back(self, name: str) -> Any:
        """Return a quantity, or raise ReplyError where the reply makes no sense."""
        try:
            return getattr(self, name)
        except _MISREAD as error:
            raise ReplyError(f"{self.name}: cannot understand the reply for {name!r} ({error})") from error

    def _confirm(self, name: str, wanted: Any, found: Any) -> None:
        if isinstance(wanted, float | int) and not isinstance(wanted, bool):
            step = max(self.resolutions.get(name, 0.0), 1e-9)
            same = isinstance(found, float | int) and math.isclose(wanted, found, rel_tol=1e-4, abs_tol=step)
        else:
            same = wanted == found
        if not same:
            raise ReplyError(f"{self.name}: {name} was set to {wanted!r} but reads back {found!r}")

    def connected_by(self, interface: str) -> bool:
        """Tell whether the VISA address begins with ``interface`` (``GPIB``, ``ASRL``)."""
        resource = getattr(self.adapter.connection, "resource_name", "")
        return str(resource).upper().startswith(interface)

    def check_errors(self) -> list[str]:
        """Empty the error queue; raise DeviceReportedError where it held something."""
        found = []
        while len(found) < _MOST_ERRORS:
            code, text = self._next_error()
            if code == 0:
                break
            found.append(f"{code} {text}")
        if found:
            raise DeviceReportedError(f"{self.name} reports: {'; '.join(found)}")
        return found

    def _next_error(self) -> tuple[int, str]:
        reply = self.ask("SYST:ERR?")
        match = re.match(r'\s*([+-]?\d+)\s*,\s*"?(.*?)"?\s*\Z', reply)
        if match is None:
            raise ReplyError(f"{self.name}: expected '<code>,\"<text>\"' to SYST:ERR?, got {reply[:60]!r}")
        return int(match[1]), match[2]

    def snapshot(self) -> Snapshot:
        """Read every quantity that has a unit: name -> {"value", "unit"}."""
        with self.lock:
            return {n: {"value": self.read_back(n), "unit": unit} for n, unit in self.units.items()}

    def shutdown(self) -> None:
        """Make the outputs safe; may be called any number of times, also after the connection was lost."""
        with self.lock:
            try:
                if self.drives:
                    self._forget_replies()
                self._make_safe()
            except DisconnectedError:
                if not self.drives or not self._reconnect():
                    raise
                self._make_safe()
        self.isShutdown = True

    def _forget_replies(self) -> None:
        """After trouble, drop replies that may still come: device clear, or on a socket a new connection.

        pyvisa-py's clear never returns on a socket whose other end hung up.
        """
        if not self._upset:
            return
        self._upset = False
        connection: Any = self.adapter.connection
        if str(connection.resource_name).upper().endswith("SOCKET"):
            self._reconnect()
            return
        with contextlib.suppress(visa_errors.Error, OSError, NotImplementedError):
            connection.clear()

    def _reconnect(self) -> bool:
        """Open the connection again, patiently; tell whether the instrument answers on it."""
        connection: Any = self.adapter.connection
        for _ in range(1 if self._silent else _RECONNECTIONS):
            with contextlib.suppress(visa_errors.Error, InstrumentError, OSError):
                self._reopen(min(self._patience_ms, _PROBE_MS))
                self.ask("*IDN?")
                connection.timeout = self._patience_ms
                self._upset = self._silent = False
                return True
            self.clock.sleep(_RECONNECTION_S)
        self._silent = True
        return False

    def _reopen(self, timeout_ms: float) -> None:
        """Close and open the connection; a fresh one has forgotten how it was set."""
        connection: Any = self.adapter.connection
        termination = connection.read_termination
        with contextlib.suppress(visa_errors.Error, OSError):
            connection.close()
        connection.open()
        connection.timeout, connection.read_termination = timeout_ms, termination
        put_line_settings(connection, self._line)

    def _require_off(self, still_on: Any, what: str) -> None:
        """Raise StuckOutputError where an output that was switched off says it is on."""
        if still_on:
            raise StuckOutputError(f"{self.name}: {what} is still on; switch it off by hand")

    def _make_safe(self) -> None:
        """Switch off what this instrument drives; instruments that drive nothing need nothing."""

    def close(self) -> None:
        """Give the connection back."""
        self.adapter.close()
