"""The PyVISA backend of a bench: session classes of pyvisa-sim, devices as plain objects, bench time.

A read waits on the bench clock until the reply is ready. A reply that is not ready within the VISA
time-out, or that never comes, ends as VI_ERROR_TMO after that much bench time. An exception inside a device
is a bug of the bench and passes through; pyvisa-sim would turn an AttributeError into a silent time-out.
"""

import threading
import uuid
from typing import Any

from pyvisa import constants, errors, rname
from pyvisa.util import LibraryPath
from pyvisa_sim.highlevel import SimVisaLibrary
from pyvisa_sim.sessions.session import Session

_OK = constants.StatusCode.success
_ATTRIBUTE = constants.ResourceAttribute


class BenchVisaLibrary(SimVisaLibrary):
    """Hand messages to the devices of one bench, under one lock."""

    bench: Any
    lock: Any
    daqmx: Any = None
    """The bench's nidaqmx, where NI-DAQmx channels are among its instruments."""

    def _init(self) -> None:
        self.sessions = {}
        self.lock = threading.RLock()

    @classmethod
    def for_bench(cls, bench: Any) -> "BenchVisaLibrary":
        """Make a library of its own for ``bench``: pyvisa keeps one instance a path."""
        library = cls(LibraryPath(f"nado-bench-{uuid.uuid4().hex}"))
        library.bench = bench
        return library  # type: ignore[return-value]

    def forget(self) -> None:
        """Take this library out of pyvisa's registry; its bench is closed."""
        self.sessions.clear()
        self._registry.pop((type(self), self.library_path), None)

    def open(  # type: ignore[override]
        self,
        session: Any,
        resource_name: str,
        access_mode: constants.AccessModes = constants.AccessModes.no_lock,
        open_timeout: Any = constants.VI_TMO_IMMEDIATE,
    ) -> tuple[Any, constants.StatusCode]:
        """Open a session to the device at an address."""
        try:
            parsed = rname.parse_resource_name(resource_name)
        except rname.InvalidResourceName:
            raise errors.VisaIOError(constants.StatusCode.error_invalid_resource_name) from None
        device = self.bench.device_at(str(parsed))
        if device is None:
            raise errors.VisaIOError(constants.StatusCode.error_resource_not_found)
        kind = Session.get_session_class(parsed.interface_type_const, parsed.resource_class)
        opened = kind(session, resource_name, parsed)
        opened.device = device
        return self._register(opened), _OK

    def list_resources(self, session: Any, query: str = "?*::INSTR") -> tuple[str, ...]:
        """Return the addresses of the bench that match."""
        return rname.filter(self.bench.addresses(), query)

    def write(self, session: Any, data: bytes) -> tuple[int, constants.StatusCode]:
        """Give a message to the device."""
        device = self._session(session).device
        with self.lock:
            if device.needs_world(bytes(data)):
                self.bench.world.advance()
            device.write(bytes(data))
        return len(data), _OK

    def read(self, session: Any, count: int) -> tuple[bytes, constants.StatusCode]:
        """Return up to ``count`` bytes of the reply, waiting on the bench clock until it is ready."""
        opened = self._session(session)
        self._await_reply(opened)
        with self.lock:
            stop = self._termination(opened, count)
            data = opened.device.take(min(count, stop))
            if stop <= count and opened.device.output:
                return data, constants.StatusCode.success_termination_character_read
            return data, _OK if not opened.device.output else constants.StatusCode.success_max_count_read

    def _await_reply(self, opened: Any) -> None:
        device, clock = opened.device, self.bench.clock
        patience = opened.get_attribute(_ATTRIBUTE.timeout_value)[0] / 1000
        ready = bool(device.output) and device.ready_at - clock.now() <= patience
        pause = device.ready_at - clock.now() if ready else patience
        if pause > 0:
            clock.sleep(pause)
        if not ready:
            raise errors.VisaIOError(constants.StatusCode.error_timeout)

    def _termination(self, opened: Any, count: int) -> int:
        """Return after how many bytes the termination character stops a read; beyond ``count``: not."""
        if not opened.get_attribute(_ATTRIBUTE.termchar_enabled)[0]:
            return count + 1
        character = bytes([opened.get_attribute(_ATTRIBUTE.termchar)[0]])
        found = opened.device.output.find(character, 0, count)
        return found + 1 if found >= 0 else count + 1

    def clear(self, session: Any) -> constants.StatusCode:
        """Clear the device's buffers."""
        with self.lock:
            self._session(session).device.clear()
        return _OK

    def read_stb(self, session: Any) -> tuple[int, constants.StatusCode]:
        """Read the status byte (serial poll)."""
        with self.lock:
            self.bench.world.advance()
            return self._session(session).device.stb(), _OK

    def flush(self, session: Any, mask: Any) -> constants.StatusCode:
        """Drop what was not yet read."""
        with self.lock:
            self._session(session).device.clear()
        return _OK

    def assert_trigger(self, session: Any, protocol: Any) -> constants.StatusCode:
        """Send a group execute trigger: the same as ``*TRG``."""
        self.write(session, b"*TRG")
        return _OK

    def disable_event(self, session: Any, event_type: Any, mechanism: Any) -> None:
        """Accept: a bench raises no events."""

    def discard_events(self, session: Any, event_type: Any, mechanism: Any) -> None:
        """Accept: a bench raises no events."""

    def _session(self, session: Any) -> Any:
        try:
            return self.sessions[session]
        except KeyError:
            raise errors.InvalidSession from None
