"""Blocks of bytes as instruments send them: definite and indefinite, with or without a terminator."""

from collections.abc import Callable

from nado_lab.instruments.errors import InstrumentTimeout, ReplyError


def read_block(read: Callable[[int], bytes], size: int | None, end: bytes) -> bytes:
    """Return the data of the block that ``read`` (bytes wanted -> bytes) gives, all of it and no byte more.

    IEEE 488.2, 8.7.9 and 8.7.10: a definite block ``#<digits><length><data>`` says its length; an indefinite
    one ``#0<data><newline>`` does not, so ``size`` must be the number of data bytes that were asked for.
    ``end`` is what this instrument sends after the data, nothing where it sends nothing.
    """
    head = read(2)
    if head[:1] != b"#" or not head[1:].isdigit():
        raise ReplyError(f"expected a block '#<n>…', got {head!r}")
    if head == b"#0" and size is None:
        raise ReplyError("got a block of no stated length '#0…', but one that says its length was expected")
    try:
        length = size if head == b"#0" else int(read(int(head[1:])))
        data = read(length or 0)
        found = read(len(end)) if end else b""
    except (InstrumentTimeout, ValueError) as error:
        raise ReplyError("the block is truncated") from error
    if len(data) != length or len(found) != len(end):
        raise ReplyError("the block is truncated")
    if found != end:
        raise ReplyError("the block is longer than it says")
    return data
