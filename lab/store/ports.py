"""What the drives of a run stood for."""

from __future__ import annotations

from collections.abc import Mapping

from nado_lab.lab.store.errors import StoreError
from nado_lab.lab.store.metadata import RunMetadata
from nado_lab.port import Port
from nado_lab.units import to_si

_OLDER_WINDOW = ("field_centre_t", "field_range_t")


def ports_of(metadata: RunMetadata) -> tuple[Port, ...]:
    """Return the ports of a run; empty where it does not say what its drives stood for.

    An import notes them; what a setup measured was driven in the windows of the setup's ports. Runs of older
    versions tell the one window they knew. StoreError where what is noted is none.
    """
    details = metadata.setup.details if metadata.setup else {}
    try:
        if found := metadata.notes.get("ports") or details.get("ports"):
            return tuple(Port.from_json(each) for each in found)
        if noted := metadata.notes.get("drive_map"):
            return (_older_map(noted),)
        window = details.get("drive") or {}
        if set(_OLDER_WINDOW) <= set(window):
            centre, half = (float(window[name]) for name in _OLDER_WINDOW)
            return (Port("field", "T", centre - half, centre + half, shown="mT"),)
    except (AttributeError, TypeError, ValueError) as error:
        raise StoreError(f"run {metadata.run_id} does not say what its drives stood for: {error}") from error
    return ()


def _older_map(noted: Mapping[str, object]) -> Port:
    """Read {low, high, units} of an import; the units may be other than SI."""
    port = Port.from_json(noted)
    unit, factor = to_si(port.unit)
    return Port(port.name, unit, port.low * factor, port.high * factor)
