"""Programme messages: split them outside quotes and blocks, make and read definite-length blocks."""

import re

from nado_lab.sim_backend.scpi import errors

_SPECIAL = re.compile(rb"[\"'#()]")


class Unterminated(bytes):
    """A reply that nothing follows."""


def make_block(data: bytes, digits: int = 0) -> bytes:
    """Wrap bytes as a block ``#<digits><length><data>`` (IEEE 488.2), of so many digits at least."""
    length = str(len(data)).zfill(digits).encode()
    return b"#%d%s" % (len(length), length) + data


def read_block(argument: bytes) -> bytes:
    """Return the data of a definite-length block, or refuse it."""
    span = _block_span(argument, 0)
    if span is None or span[1] > len(argument):
        raise errors.invalid_block()
    return argument[slice(*span)]


def _block_span(message: bytes, at: int) -> tuple[int, int] | None:
    """Return where the data of the block at ``at`` begin and should end, None where no block is."""
    digits = message[at + 1 : at + 2]
    if message[at : at + 1] != b"#" or not digits.isdigit() or digits == b"0":
        return None
    start = at + 2 + int(digits)
    length = message[at + 2 : start]
    return (start, start + int(length)) if length.isdigit() else None


def split_outside(message: bytes, separator: bytes) -> list[bytes]:
    """Split at a one-byte separator that stands outside quotes, parentheses and blocks."""
    if not _SPECIAL.search(message, 0, min(len(message), 4096)):
        return [part.strip() for part in message.split(separator)]
    parts, start, at = [], 0, 0
    while at < len(message):
        if message[at : at + 1] == separator:
            parts.append(_trim(message[start:at]))
            start = at = at + 1
        else:
            at = _skip(message, at)
    return [*parts, _trim(message[start:])]


def _trim(part: bytes) -> bytes:
    """Strip white space, but never the last bytes of a block, which may look like it."""
    return part.lstrip() if b"#" in part else part.strip()


def _skip(message: bytes, at: int) -> int:
    """Return the position after the character, quoted string, list or block that begins at ``at``."""
    first = message[at : at + 1]
    if first == b"#":
        span = _block_span(message, at)
        return span[1] if span else at + 1
    if first in (b'"', b"'", b"("):
        end = message.find(b")" if first == b"(" else first, at + 1)
        return len(message) if end < 0 else end + 1
    return at + 1


class Arrivals:
    """Cut a byte stream into programme messages at newlines outside blocks (raw sockets have no END)."""

    def __init__(self) -> None:
        self._pending = b""

    @property
    def waiting(self) -> int:
        """Return the bytes of a message that has not ended yet."""
        return len(self._pending)

    def feed(self, data: bytes) -> list[bytes]:
        """Add what arrived; return the complete messages, without their newline."""
        self._pending += data
        messages = []
        while (end := self._end_of_message()) is not None:
            messages.append(self._pending[:end])
            self._pending = self._pending[end + 1 :]
        return messages

    def _end_of_message(self) -> int | None:
        at = 0
        while at < len(self._pending):
            newline = self._pending.find(b"\n", at)
            block = self._pending.find(b"#", at)
            if newline < 0:
                return None
            if block < 0 or newline < block:
                return newline
            at = _skip(self._pending, block)
        return None
