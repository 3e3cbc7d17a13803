"""A simulated instrument: a plain object that is written to and answers when its reply is ready."""

import inspect
import re
from collections import deque
from collections.abc import Callable
from functools import cache
from typing import Any, ClassVar

from nado_lab.sim_backend.clock import Clock
from nado_lab.sim_backend.scpi import errors
from nado_lab.sim_backend.scpi.header import compile_header, suffixes
from nado_lab.sim_backend.scpi.message import Unterminated, split_outside
from nado_lab.sim_backend.scpi.settings import Setting


def command(*spellings: str) -> Callable[[Callable], Callable]:
    """Mark a method as the handler of headers; it takes the numeric suffixes, then the arguments."""

    def mark(method: Callable) -> Callable:
        method.scpi_headers = spellings  # type: ignore[attr-defined]
        return method

    return mark


class ScpiDevice:
    """Parse messages, keep the error queue and status registers, hold the reply until it is ready."""

    identity: ClassVar[str] = "NADO,SIMULATED,0,1"
    settings: ClassVar[tuple[Setting, ...]] = ()
    reply_s: ClassVar[float] = 0.001
    terminator: ClassVar[bytes] = b"\n"
    """What follows every reply, but for those that are ``Unterminated``."""
    faults: ClassVar[frozenset[str]] = frozenset(
        ("timeout", "truncate", "corrupt", "garbage", "error", "disconnect", "slow")
    )

    timeless: ClassVar[frozenset[bytes]] = frozenset((b"*IDN?", b"*ESR?", b"SYST:ERR?"))
    """Queries whose answer does not depend on the world, so that it need not be stepped for them."""

    def __init__(self, clock: Clock):
        self.clock = clock
        self.output = b""
        self.ready_at = 0.0
        self.error_queue: deque[tuple[int, str]] = deque(maxlen=20)
        self.refused: dict[str, str] = {}
        self.event_status = 0
        self.overloaded = False
        self.event_enable = 0
        self.service_enable = 0
        self._opc_pending = False
        self.values: dict[tuple[str, tuple[int, ...]], Any] = {}
        self._defaults = {setting.name: setting.default for setting in self.settings}

    # -- what the bus sees -------------------------------------------------------------------

    def write(self, message: bytes) -> None:
        """Execute one programme message; a refused command goes to the error queue."""
        if self.output:
            self.output = b""
            self.fail(errors.ScpiError(-410, "Query INTERRUPTED"))
        self.ready_at = self.clock.now() + self.reply_s
        replies, path = [], ""
        for unit in split_outside(message, b";"):
            if not unit:
                continue
            try:
                path, reply = self._execute(unit, path)
            except errors.ScpiError as error:
                self.refused.setdefault(unit.split(b" ")[0].decode("latin-1"), error.text)
                self.fail(error)
                break
            if reply is not None:
                replies.append(reply)
        if replies:
            end = b"" if isinstance(replies[-1], Unterminated) else self.terminator
            self.output = b";".join(replies) + end

    def take(self, count: int) -> bytes:
        """Return up to ``count`` bytes of the reply."""
        data, self.output = self.output[:count], self.output[count:]
        return data

    def clear(self) -> None:
        """Empty the buffers (device clear)."""
        self.output = b""

    def stb(self) -> int:
        """Return the status byte: 4 error queue, 16 message available, 32 event, 64 request."""
        self._settle_opc()
        event = bool(self.event_status & self.event_enable)
        byte = 4 * bool(self.error_queue) + 16 * bool(self.output) + 32 * event
        return byte + 64 * bool(byte & self.service_enable)

    # -- what a device builds on -------------------------------------------------------------

    def get(self, name: str, *suffix: int) -> Any:  # noqa: ANN401  (of the type that the setting declares)
        """Return a stored quantity, its default where it was never set."""
        return self.values.get((name, suffix), self._defaults[name])

    def changed(self, name: str, suffix: tuple[int, ...]) -> None:
        """React to a stored quantity that was just set."""

    def reset(self) -> None:
        """Return to the state after ``*RST``."""
        self.values.clear()

    def busy_until(self) -> float:
        """Return the bench time at which all pending operations are complete."""
        return 0.0

    def recover(self) -> None:
        """Return from a fault that was switched off."""
        self.overloaded = False

    def fail(self, error: errors.ScpiError) -> None:
        """Put an error into the queue and the event register."""
        if len(self.error_queue) == self.error_queue.maxlen:
            self.error_queue[-1] = (-350, "Queue overflow")
        else:
            self.error_queue.append((error.code, error.text))
        self.event_status |= {1: 32, 2: 16, 3: 8, 4: 4}.get(-error.code // 100, 8)

    # -- dispatch ----------------------------------------------------------------------------

    def _execute(self, unit: bytes, path: str) -> tuple[str, bytes | None]:
        header_bytes, _, body = unit.partition(b" ")
        if body.lstrip().startswith(b"?"):
            header_bytes, body = header_bytes + b"?", body.lstrip()[1:]
        header = header_bytes.decode("latin-1").upper()
        query = header.endswith("?")
        header = header.rstrip("?")
        if header.startswith("*"):
            absolute = header
        else:
            absolute = header[1:] if header.startswith(":") else path + header
            path = absolute[: absolute.rfind(":") + 1]
        handler, suffix = self._find(absolute, query=query)
        arguments = split_outside(body, b",") if body.strip() else []
        _check_count(handler, len(suffix) + len(arguments))
        reply = handler(self, *suffix, *arguments)
        if isinstance(reply, str):
            reply = reply.encode("latin-1")
        return path, reply

    def _find(self, header: str, *, query: bool) -> tuple[Callable, tuple[int, ...]]:
        cache = self._cache
        found = cache.get((header, query))
        if found is None:
            found = self._search(header, query=query)
            cache[header, query] = found
        return found

    def _search(self, header: str, *, query: bool) -> tuple[Callable, tuple[int, ...]]:
        for pattern, is_query, handler in self._table:
            if is_query == query and (match := pattern.match(header)):
                return handler, suffixes(match)
        raise errors.undefined_header(header + "?" * query)

    _table: ClassVar[list[tuple[re.Pattern[str], bool, Callable]]] = []
    _cache: ClassVar[dict[tuple[str, bool], tuple[Callable, tuple[int, ...]]]] = {}

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        cls._cache = {}
        cls._table = [entry for name in dir(cls) for entry in _entries(getattr(cls, name))]
        for setting in cls.settings:
            cls._table += _setting_entries(setting)

    # -- IEEE 488.2 common commands ----------------------------------------------------------

    @command("*IDN?")
    def _identify(self) -> str:
        return self.identity

    @command("*CLS")
    def _clear_status(self) -> None:
        self.error_queue.clear()
        self.event_status = 0
        self._opc_pending = False

    @command("*RST")
    def _reset(self) -> None:
        self.reset()

    @command("*TST?")
    def _self_test(self) -> str:
        return "0"

    @command("*WAI")
    def _wait(self) -> None:
        self.ready_at = max(self.ready_at, self.busy_until())

    @command("*OPC")
    def _operation_complete(self) -> None:
        self._opc_pending = True

    @command("*OPC?")
    def _operation_complete_query(self) -> str:
        self.ready_at = max(self.ready_at, self.busy_until())
        return "1"

    @command("*STB?")
    def _status_byte(self) -> str:
        return str(self.stb())

    @command("*ESR?")
    def _event_status(self) -> str:
        self._settle_opc()
        status, self.event_status = self.event_status, 0
        return str(status)

    @command("*ESE")
    def _enable_events(self, mask: bytes) -> None:
        self.event_enable = int(mask)

    @command("*ESE?")
    def _enabled_events(self) -> str:
        return str(self.event_enable)

    @command("*SRE")
    def _enable_service(self, mask: bytes) -> None:
        self.service_enable = int(mask)

    @command("*SRE?")
    def _enabled_service(self) -> str:
        return str(self.service_enable)

    @command("SYSTem:ERRor[:NEXT]?")
    def _next_error(self) -> str:
        code, text = self.error_queue.popleft() if self.error_queue else (0, "No error")
        return f'{code:+d},"{text}"'

    def _settle_opc(self) -> None:
        if self._opc_pending and self.clock.now() >= self.busy_until():
            self._opc_pending = False
            self.event_status |= 1


@cache
def _arity(handler: Callable) -> tuple[int, float]:
    """Return how many suffixes and arguments a handler takes, at least and at most."""
    parameters = list(inspect.signature(handler).parameters.values())[1:]
    needed = [p for p in parameters if p.kind is p.POSITIONAL_OR_KEYWORD and p.default is p.empty]
    open_ended = any(p.kind is p.VAR_POSITIONAL for p in parameters)
    return len(needed), float("inf") if open_ended else len(parameters)


def _check_count(handler: Callable, count: int) -> None:
    low, high = _arity(handler)
    if count < low:
        raise errors.missing_parameter()
    if count > high:
        raise errors.ScpiError(-108, "Parameter not allowed")


def _entries(member: Any) -> list[tuple[re.Pattern[str], bool, Callable]]:  # noqa: ANN401
    spellings = getattr(member, "scpi_headers", ())
    return [(compile_header(s), s.endswith("?"), member) for s in spellings]


def _setting_entries(setting: Setting) -> list[tuple[re.Pattern[str], bool, Callable]]:
    count = setting.header.count("#")

    def split(given: tuple[Any, ...]) -> tuple[tuple[int, ...], tuple[bytes, ...]]:
        """Return which of several quantities is meant, and the parameters that are left."""
        suffix, arguments = given[:count], given[count:]
        if not setting.index:
            return suffix, arguments
        if not arguments:
            raise errors.missing_parameter()
        return (*suffix, setting.place(arguments[0])), arguments[1:]

    def set_value(device: ScpiDevice, *given: Any) -> None:  # noqa: ANN401  (suffixes, then texts)
        suffix, arguments = split(given)
        if not arguments:
            raise errors.missing_parameter()
        device.values[setting.name, suffix] = setting.read(arguments)
        device.changed(setting.name, suffix)

    def get_value(device: ScpiDevice, *given: Any) -> str:  # noqa: ANN401  (suffixes, perhaps MIN, MAX or DEF)
        suffix, arguments = split(given)
        if arguments:
            return setting.show(setting.parse(arguments[0]))
        return setting.show(device.get(setting.name, *suffix))

    pattern = compile_header(setting.header)
    return [(pattern, False, set_value), (pattern, True, get_value)]
