"""Faults on purpose: what goes wrong on a real bench, switchable per instrument on a live one.

A fault is written ``role:fault@n``: the instrument of that role has it from its n-th message on.
"""

from collections.abc import Callable
from dataclasses import dataclass

from nado_lab.sim_backend.clock import Clock
from nado_lab.sim_backend.devices import (
    Keithley2450,
    Keithley2600,
    Keithley2700,
    Keithley6221,
    KepcoBOP,
    SantecTSL570,
)
from nado_lab.sim_backend.scpi import ScpiDevice, ScpiError
from pyvisa import constants, errors

_AWAY_S = 1.0
_LATE_S = 30.0
_STUCK_AMPERES = 1.0


@dataclass(frozen=True)
class Fault:
    """One fault on one role, from message number ``after`` on."""

    role: str
    kind: str
    after: int = 0

    @classmethod
    def parse(cls, text: str) -> "Fault":
        """Read ``role:fault`` or ``role:fault@n``."""
        head, _, after = text.partition("@")
        role, colon, kind = head.partition(":")
        if not colon or kind not in FAULTS or (after and not after.isdigit()):
            raise ValueError(
                f"no fault {text!r}: expected role:fault@n with one of {', '.join(sorted(FAULTS))}"
            )
        return cls(role, kind, int(after or 0))


class FaultGate:
    """Stand before an instrument; pass everything on, or do what the fault says."""

    def __init__(self, device: ScpiDevice, clock: Clock):
        self.device, self.clock = device, clock
        self.fault: Fault | None = None
        self.messages = 0
        self.away_until: float | None = None
        self.output = b""
        self.ready_at = 0.0

    def set(self, fault: Fault | None) -> None:
        """Switch a fault on, or off with None; instruments recover where real ones do."""
        if fault is not None and fault.kind not in self.device.faults:
            known = ", ".join(sorted(self.device.faults))
            raise ValueError(f"{fault.role} cannot have {fault.kind!r}; it can have {known}")
        self.fault, self.messages, self.away_until = fault, 0, None
        self.device.recover()

    @property
    def active(self) -> str | None:
        """Return the kind of the fault that acts now."""
        fault = self.fault
        return fault.kind if fault is not None and self.messages >= fault.after else None

    def needs_world(self, message: bytes) -> bool:
        """Tell whether the world must be stepped to now before this message."""
        return self.fault is not None or message.strip().upper() not in self.device.timeless

    def write(self, message: bytes) -> None:
        """Give a message to the instrument, then spoil what the fault spoils."""
        kind = self.active
        self.messages += 1
        if kind == "disconnect":
            self._require_connection()
        elif kind in _BEFORE:
            _BEFORE[kind](self.device)
            self.fault = None if kind == "error" else self.fault
        self.device.write(message)
        self.output, self.ready_at = self.device.output, self.device.ready_at
        self.device.output = b""
        if self.output and kind in _REPLIES:
            self.output = _REPLIES[kind](self.output)
        if kind == "slow":
            self.ready_at += _LATE_S

    def take(self, count: int) -> bytes:
        """Return up to ``count`` bytes of the reply."""
        data, self.output = self.output[:count], self.output[count:]
        return data

    def clear(self) -> None:
        """Empty the buffers (device clear)."""
        self.output = b""
        self.device.clear()

    def stb(self) -> int:
        """Return the status byte."""
        return self.device.stb() | 16 * bool(self.output)

    def _require_connection(self) -> None:
        """Raise while the instrument is away: from the first message after the fault for a while."""
        if self.away_until is None:
            self.away_until = self.clock.now() + _AWAY_S
        if self.clock.now() < self.away_until:
            raise errors.VisaIOError(constants.StatusCode.error_connection_lost)


def _hold(_reply: bytes) -> bytes:
    return b""


def _truncate(reply: bytes) -> bytes:
    return reply[: len(reply) // 2]


def _corrupt(reply: bytes) -> bytes:
    """Overwrite the middle of a block, or of a text, as a broken line does."""
    middle = len(reply) // 2
    return reply[:middle] + b"\xff" * min(64, len(reply) - middle - 1) + reply[middle + 64 : -1] + b"\n"


def _garble(_reply: bytes) -> bytes:
    return b"\x93\xfe?!\n"


def _report(device: ScpiDevice) -> None:
    """Put a hardware error into the queue."""
    device.fail(ScpiError(-240, "Hardware error; injected"))


def _overload(device: ScpiDevice) -> None:
    device.overloaded = True


def _stick(device: ScpiDevice) -> None:
    if isinstance(device, KepcoBOP) and device.stuck_amperes is None:
        present = float(device.world.amperes()[device.axis])
        device.stuck_amperes = present if abs(present) > _STUCK_AMPERES else _STUCK_AMPERES
    elif isinstance(device, Keithley2450 | Keithley2600 | Keithley2700 | SantecTSL570):
        device.stick()


def _overheat(device: ScpiDevice) -> None:
    if isinstance(device, KepcoBOP):
        device.over_temperature = True


def _break(device: ScpiDevice) -> None:
    """Lift a bond: the current source meets an open circuit."""
    if isinstance(device, Keithley6221):
        device.open_circuit = True
    elif isinstance(device, Keithley2450 | Keithley2600):
        device.break_bond()


_REPLIES: dict[str, Callable[[bytes], bytes]] = {
    "timeout": _hold,
    "truncate": _truncate,
    "corrupt": _corrupt,
    "garbage": _garble,
}
_BEFORE: dict[str, Callable[[ScpiDevice], None]] = {
    "error": _report,
    "overload": _overload,
    "stuck": _stick,
    "overtemperature": _overheat,
    "open": _break,
}
FAULTS = (*_REPLIES, *_BEFORE, "disconnect", "slow")
