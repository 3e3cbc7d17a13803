"""What the names of channels mean, as far as the names of the built-in setups tell."""

from __future__ import annotations

import re
from collections.abc import Sequence

from nado_lab.lab.reports.content import Section, Table

MOST = 40
_HARMONIC = {"1": "first", "2": "second"}
_AXIS = {"x": "in phase with the field", "y": "in quadrature to the field"}


def channels_section(names: Sequence[str], units: Sequence[str]) -> tuple[Section, ...]:
    """List channels with their units and what their names mean; nothing where no name tells anything."""
    told = [(name, unit, meaning_of(name)) for name, unit in zip(names, units, strict=False)]
    if not any(meaning for _, _, meaning in told):
        return ()
    more = f" The first {MOST} of {len(told)}." if len(told) > MOST else ""
    table = Table(("channel", "unit", "what it is"), told[:MOST])
    return (Section("Channels", f"What the names of the readout's channels mean.{more}", table=table),)


def meaning_of(name: str) -> str:
    """Say what a channel is, by its name; "" where the name is nobody's convention."""
    for pattern, told in _MEANINGS.items():
        if found := re.fullmatch(pattern, name):
            parts = found.groupdict()
            parts["harmonic"] = _HARMONIC.get(parts.get("order", ""), "")
            parts["side"] = _AXIS.get(parts.get("axis", ""), "")
            return told.format(**parts)
    return ""


_MEANINGS = {
    r"h0_(?P<pair>\d+)": "mean voltage over a rotation of the field, contact pair {pair}",
    r"h(?P<order>[12])(?P<axis>[xy])_(?P<pair>\d+)": "{harmonic} harmonic of the voltage {side}, pair {pair}",
    r"(?P<value>[\d.]+) GHz": "derivative of the absorbed power by the field, at {value} GHz",
    r"light_(?P<sample>\d+)": "voltage of the photodiode, sample {sample} of a step",
    r"node(?P<node>\d+)_light_(?P<sample>\d+)": "photodiode of node {node}, sample {sample} of a step",
    r"c(?P<number>\d{3})": "column {number} of an imported file that does not name its channels",
}
