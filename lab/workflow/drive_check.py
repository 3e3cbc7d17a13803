"""Does a drive mean the same field to a twin and to the setup that is to take its place?"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
from nado_lab.lab.errors import LabError
from nado_lab.twin import DriveMap

if TYPE_CHECKING:
    from nado_lab.lab.setup import Setup
    from nado_lab.twin import Twin


def check_drive_maps(twins: Iterable[Twin], setups: Iterable[Setup]) -> None:
    """Refuse a setup on which drives stand for other fields than in the runs the twins were fitted to."""
    known = {twin.drive_map for twin in twins if twin.drive_map is not None}
    for setup in setups:
        low, high = np.asarray(setup.field_tesla(np.array([-1.0, 1.0])), float).ravel()
        own = DriveMap(float(low), float(high), "T")
        for each in known:
            if each.units != "T" or not each.same(own):
                raise LabError(
                    f"the twin was fitted where drive -1 to 1 stands for {_told(each)}, on this setup for"
                    f" {_told(own)}: give the setup that window (drive.field_centre_t and"
                    " drive.field_range_t), or fit a twin to runs of this setup"
                )


def _told(drive_map: DriveMap) -> str:
    return f"{drive_map.low:.6g} to {drive_map.high:.6g} {drive_map.units or '(no unit)'}"
