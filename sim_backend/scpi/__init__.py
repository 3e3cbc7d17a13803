"""The SCPI dialect in one place: messages, headers, numbers, blocks, status, error queue."""

from nado_lab.sim_backend.scpi.device import ScpiDevice, command
from nado_lab.sim_backend.scpi.errors import ScpiError
from nado_lab.sim_backend.scpi.message import Arrivals, Unterminated, make_block, read_block, split_outside
from nado_lab.sim_backend.scpi.registers import StatusRegisters
from nado_lab.sim_backend.scpi.settings import Setting, boolean, choice, indexed, number, numeral, row, text
from nado_lab.sim_backend.scpi.values import number_of, show_number, text_of

__all__ = [
    "Arrivals",
    "ScpiDevice",
    "ScpiError",
    "Setting",
    "StatusRegisters",
    "Unterminated",
    "boolean",
    "choice",
    "command",
    "indexed",
    "make_block",
    "number",
    "number_of",
    "numeral",
    "read_block",
    "row",
    "show_number",
    "split_outside",
    "text",
    "text_of",
]
