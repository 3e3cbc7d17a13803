"""What the drives of a run stood for, in SI units."""

from __future__ import annotations

from nado_lab.lab.json_file import JsonObject
from nado_lab.lab.store.metadata import RunMetadata
from nado_lab.lab.store.si_units import to_si


def drive_map_of(metadata: RunMetadata) -> JsonObject | None:
    """Return {low, high, units}: what drive -1 and 1 stood for; None where the run does not say.

    An import notes the range it scaled; a setup's drive ranges over its configured window of fields.
    """
    noted = metadata.notes.get("drive_map")
    if noted:
        units, factor = to_si(noted["units"])
        return {"low": noted["low"] * factor, "high": noted["high"] * factor, "units": units}
    window = (metadata.setup.details.get("drive") or {}) if metadata.setup else {}
    if not {"field_centre_t", "field_range_t"} <= set(window):
        return None
    centre, half = float(window["field_centre_t"]), float(window["field_range_t"])
    return {"low": centre - half, "high": centre + half, "units": "T"}
