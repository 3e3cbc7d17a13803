"""Is a setup the device that a twin was fitted on, driven over the same window?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from nado_lab.lab.errors import LabError
from nado_lab.twin import DriveMap

if TYPE_CHECKING:
    from nado_lab.lab.setup import Setup
    from nado_lab.twin import Twin

SHOWN_CHANNELS = 4


def check_device(twin: Twin, setup: Setup) -> None:
    """Refuse a setup with other ports, channels, units or drives than the twin's."""
    if twin.port_count != setup.port_count or tuple(twin.channels) != tuple(setup.channels):
        raise LabError(
            f"the twin answers {_kind(twin.port_count, twin.channels)}; the setup has "
            f"{_kind(setup.port_count, setup.channels)}: another kind of device"
        )
    if tuple(twin.units) != tuple(setup.channel_units):
        raise LabError(
            f"the twin answers in {_kinds_of(twin.units)}, the setup in {_kinds_of(setup.channel_units)}: "
            "fit a twin to runs of this setup"
        )
    _check_drive_map(twin, setup)


def _check_drive_map(twin: Twin, setup: Setup) -> None:
    """Refuse a setup on which drives stand for other fields than in the runs the twin was fitted to."""
    known = twin.drive_map
    if known is None:
        return
    low, high = np.asarray(setup.field_tesla(np.array([-1.0, 1.0])), float).ravel()
    own = DriveMap(float(low), float(high), "T")
    if known.units != "T" or not known.same(own):
        raise LabError(
            f"the twin was fitted where drive -1 to 1 stands for {_told(known)}, on this setup for"
            f" {_told(own)}: give the setup that window (drive.field_centre_t and"
            " drive.field_range_t), or fit a twin to runs of this setup"
        )


def _kind(ports: int, channels: Sequence[str]) -> str:
    more = "…" if len(channels) > SHOWN_CHANNELS else ""
    return f"{ports} port(s) with {', '.join(channels[:SHOWN_CHANNELS])}{more}"


def _kinds_of(units: Sequence[str]) -> str:
    return ", ".join(unit or "no unit" for unit in dict.fromkeys(units))


def _told(drive_map: DriveMap) -> str:
    return f"{drive_map.low:.6g} to {drive_map.high:.6g} {drive_map.units or '(no unit)'}"
