"""Calibration of one axis of the rotating field: gain, lag and offset with their uncertainties.

The field is rotated as in a measurement; the gaussmeter's analogue output is digitised beside the known
control voltage. Each rotation is one estimate, their scatter the uncertainty (standard error of the mean).
"""

from dataclasses import asdict, dataclass

import numpy as np
from nado_lab.instruments.setups.nanoring.config import Axis, AxisConfig
from nado_lab.instruments.setups.nanoring.drive_waveform import angles
from nado_lab.instruments.setups.nanoring.harmonics import basis


@dataclass(frozen=True)
class AxisCalibration:
    """Field per coil current, lag at the rotation frequency, field without current; each with its error."""

    tesla_per_ampere: float
    tesla_per_ampere_error: float
    phase_rad: float
    phase_error_rad: float
    offset_t: float
    offset_error_t: float

    def values(self) -> dict[str, float]:
        """Return the numbers by the names they have in a setup's ``[axes.x]``."""
        return asdict(self)


def fit_axis(axis: Axis, monitored: np.ndarray, field_t: float, assumed: AxisConfig) -> AxisCalibration:
    """Fit an axis of the field (rotation, sample) in T that the gaussmeter saw, rotation by rotation.

    ``field_t`` T were asked for, with the calibration ``assumed``.
    """
    parts = monitored @ basis(angles(monitored.shape[1]))
    # the drive leads by the present phase: I_x = I cos(phi + lead), I_y = I sin(phi + lead)
    turned = parts[:, 1] - 1j * parts[:, 2] if axis is Axis.X else parts[:, 2] + 1j * parts[:, 1]
    lag = assumed.phase_rad - np.angle(turned)
    gain = np.abs(turned) * assumed.tesla_per_ampere / field_t
    count = np.sqrt(len(monitored))
    return AxisCalibration(
        tesla_per_ampere=float(gain.mean()),
        tesla_per_ampere_error=float(gain.std(ddof=1) / count),
        phase_rad=float(lag.mean()),
        phase_error_rad=float(lag.std(ddof=1) / count),
        offset_t=float(parts[:, 0].mean() + assumed.offset_t),
        offset_error_t=float(parts[:, 0].std(ddof=1) / count),
    )
