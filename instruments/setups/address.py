"""VISA addresses as people write them: checked before anything is opened, and spelt in one way."""

import re

from pyvisa import rname

_FORMS = (
    "GPIB0::6::INSTR, USB0::0x0957::0x2C07::MY52800001::INSTR, TCPIP0::192.0.2.7::inst0::INSTR, "
    "TCPIP0::192.0.2.7::5025::SOCKET, ASRL3::INSTR (COM3), ASRL/dev/ttyUSB0::INSTR"
)


def visa_address(text: str) -> str:
    """Return the canonical spelling of a VISA address; ValueError says how to write what was meant."""
    wanted = text.strip()
    try:
        return str(rname.parse_resource_name(wanted))
    except rname.InvalidResourceName:
        raise ValueError(f"{text!r} is no VISA address; {_hint(wanted)}") from None


def _hint(text: str) -> str:
    if com := re.fullmatch(r"(?i)COM(\d+)", text):
        return f"the port {text} is 'ASRL{com[1]}::INSTR'"
    if text.startswith("/dev/"):
        return f"the port {text} is 'ASRL{text}::INSTR'"
    if re.fullmatch(r"[\w-]+(\.[\w-]+)+", text):
        return f"the host {text} is 'TCPIP0::{text}::inst0::INSTR', or 'TCPIP0::{text}::5025::SOCKET'"
    try:
        return f"capitals count: write {str(rname.parse_resource_name(text.upper()))!r}"
    except rname.InvalidResourceName:
        return f"it looks like one of {_FORMS}"
