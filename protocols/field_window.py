"""The field parameters that protocols of random drives share."""

import numpy as np
from nado_lab.protocols.device import MeasuringDevice
from nado_lab.protocols.playback import Playback
from nado_lab.protocols.pymeasure_types import number

TESLA_PER_MILLITESLA = 1e-3


class FieldWindow(Playback):
    """Draw fields from centre - range to centre + range; by default the setup's own drive range."""

    field_centre: float = number("Field centre", "mT", minimum=-1000, maximum=1000)
    field_range: float = number("Field range (+/-)", "mT", minimum=0, maximum=1000)

    def bind(self, setup: MeasuringDevice) -> None:
        """Take the setup, and its drive range where no other was asked for."""
        super().bind(setup)
        low, centre, high = self.setup.field_tesla(np.array([-1.0, 0.0, 1.0]))
        own = {"field_centre": centre, "field_range": (high - low) / 2}
        for name, tesla in own.items():
            if getattr(self, name) is None:
                setattr(self, name, round(float(tesla / TESLA_PER_MILLITESLA), 9))

    def field_at(self, level: np.ndarray) -> np.ndarray:
        """Map levels (trial, step) in [-1, 1] of the window to fields (trial, step) in tesla."""
        return (self.field_centre + self.field_range * level) * TESLA_PER_MILLITESLA

    def drive_at(self, field: np.ndarray) -> np.ndarray:
        """Map fields (trial, step) in tesla to drives (trial, step, port) on the setup's own scale."""
        drive = np.asarray(self.setup.drive_for_field(field), dtype=float)
        return np.repeat(drive[..., None], self.setup.port_count, axis=-1)
