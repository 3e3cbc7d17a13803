"""The SCPI dialect in one place: messages, headers, numbers, blocks, status, error queue."""

from nado_lab.sim_backend.scpi.device import ScpiDevice, command
from nado_lab.sim_backend.scpi.errors import ScpiError
from nado_lab.sim_backend.scpi.message import Arrivals, make_block, read_block, split_outside
from nado_lab.sim_backend.scpi.settings import Setting, boolean, choice, number, text
from nado_lab.sim_backend.scpi.values import number_of, show_number, text_of

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
