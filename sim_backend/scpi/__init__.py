"""The SCPI dialect in one place: messages, headers, numbers, blocks, status, error queue."""

from .device import ScpiDevice, command
from .errors import ScpiError
from .message import Arrivals, make_block, read_block, split_outside
from .settings import Setting, boolean, choice, number, text
from .values import number_of, show_number, text_of

__all__ = [
    "Arrivals",
    "ScpiDevice",
    "ScpiError",
    "Setting",
    "boolean",
    "choice",
    "command",
    "make_block",
    "number",
    "number_of",
    "read_block",
    "show_number",
    "split_outside",
    "text",
    "text_of",
]
