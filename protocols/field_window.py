"""The field parameters that protocols of random drives share."""

from typing import Any

import numpy as np
from nado_lab.protocols.playback import Playback
from pymeasure.experiment import FloatParameter

TESLA_PER_MILLITESLA = 1e-3


class FieldWindow(Playback):
    """Draw fields from centre - range to centre + range; by default the setup's own drive range."""

    field_centre: Any = FloatParameter("Field centre", units="mT", minimum=-1000, maximum=1000)
    field_range: Any = FloatParameter("Field range (+/-)", units="mT", minimum=0, maximum=1000)

    def bind(self, setup: object) -> None:
        """Take the setup, and its drive range where no other was asked for."""
        super().bind(setup)
        low, centre, high = self.setup.field_tesla(np.array([-1.0, 0.0, 1.0]))
        if self.field_centre is None:
            self.field_centre = round(float(centre / TESLA_PER_MILLITESLA), 9)
        if self.field_range is None:
            self.field_range = round(float((high - low) / 2 / TESLA_PER_MILLITESLA), 9)

    def field_at(self, level: np.ndarray) -> np.ndarray:
        """Map levels (trial, step) in [-1, 1] of the window to fields (trial, step) in tesla."""
        return (self.field_centre + self.field_range * level) * TESLA_PER_MILLITESLA

    def drive_at(self, field: np.ndarray) -> np.ndarray:
        """Map fields (trial, step) in tesla to drives (trial, step, port) on the setup's own scale."""
        drive = np.asarray(self.setup.drive_for_field(field), dtype=float)
        return np.repeat(drive[..., None], self.setup.port_count, axis=-1)
