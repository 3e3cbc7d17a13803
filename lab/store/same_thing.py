"""One name for what has several: an instrument under two spellings, a folder and its file:// URL.

The spellings are those of the VISA resource grammar (VPP-4.3, section 4.3.1.1): letters of any case, a board
number that may be left out, `INSTR` that may be left out, the numbers of USB in hexadecimal or decimal.
"""

import os
import re
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

_BOARD = re.compile(r"^(GPIB|USB|TCPIP|ASRL|PXI|VXI|GPIB-VXI)(\d*)$")
_COM = re.compile(r"^ASRL(?:COM)?(\d+)$|^COM(\d+)$")


def same_address(address: str) -> str:
    """Give the one spelling of a VISA address; what is none is given in capitals."""
    fields = address.strip().upper().split("::")
    port = _COM.match(fields[0])
    board = _BOARD.match(fields[0])
    if port:
        fields[0] = f"ASRL{int(port[1] or port[2])}"
    elif board and board[1] != "ASRL":
        fields[0] = f"{board[1]}{int(board[2] or 0)}"
    if fields[0].startswith("USB"):
        fields[1:3] = [_number(field) for field in fields[1:3]]
    if fields[0].startswith("GPIB"):
        fields[1:2] = [_number(field) for field in fields[1:2]]
    if fields[0].startswith("TCPIP") and fields[-1] not in ("SOCKET", "INSTR"):
        fields.append("INSTR")
    if fields[0].startswith("TCPIP") and fields[-1] == "INSTR" and len(fields) == 3:
        fields.insert(2, "INST0")  # the LAN device that is meant where none is named
    if (port or board) and fields[-1] not in ("INSTR", "SOCKET", "RAW"):
        fields.append("INSTR")
    return "::".join(fields)


def same_place(path: str | Path) -> str:
    """Give the one spelling of where a run lies: an absolute path, or the URL of an object store."""
    text = str(path)
    if text.lower().startswith("file://"):
        text = url2pathname(urlsplit(text).path)
    if "://" in text:
        return text.rstrip("/")
    return os.path.normcase(Path(text).resolve())


def _number(field: str) -> str:
    try:
        return str(int(field, 16) if field.startswith("0X") else int(field))
    except ValueError:
        return field
