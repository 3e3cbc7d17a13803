"""The table of protocols by name: a new one is a new file and a line here."""

from importlib import import_module

from protocols.base import NadoProcedure
from protocols.errors import ProtocolError

PROTOCOLS = {
    "characterise": "protocols.characterise:Characterise",
    "drives": "protocols.drives:Drives",
}


def load_protocol(name: str) -> type[NadoProcedure]:
    """Find a protocol by its name."""
    if name not in PROTOCOLS:
        raise ProtocolError(f"there is no protocol {name!r}; there are: {', '.join(PROTOCOLS)}")
    module, _, member = PROTOCOLS[name].partition(":")
    return getattr(import_module(module), member)


def protocol_name(procedure: object) -> str:
    """Give the name under which a procedure is known, or `module:Class` for a user's own."""
    target = f"{type(procedure).__module__}:{type(procedure).__qualname__}"
    known = {path: name for name, path in PROTOCOLS.items()}
    return known.get(target, target)
