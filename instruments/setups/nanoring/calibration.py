"""Calibration of one axis of the rotating field: gain, lag and offset with their uncertainties.

The field is rotated as in a measurement; the gaussmeter's analogue output is digitised beside the known
control voltage. Each rotation is one estimate, their scatter the uncertainty (standard error of the mean).
"""

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

import numpy as np

from ...errors import InstrumentError, SetupError
from .drive_waveform import LEAD_FRAMES
from .harmonics import basis

if TYPE_CHECKING:
    from .setup import NanoringSetup

_SETTLING = 2


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


def calibrate_axis(setup: "NanoringSetup", axis: str, field_t: float, rotations: int) -> AxisCalibration:
    """Rotate ``field_t`` T ``rotations`` times and fit axis "x" or "y" of the field, rotation by rotation."""
    if axis not in setup.monitors:
        known = ", ".join(f"monitor_{name}" for name in setup.monitors) or "none"
        raise SetupError(f"axis {axis!r} needs a role 'monitor_{axis}' (a digitiser); this setup has {known}")
    amplitudes = np.full((1, rotations + _SETTLING), field_t)
    setup.check_limits(amplitudes)
    try:
        volts = setup.burst(setup.waveform.field(amplitudes), [setup.monitors[axis]], lambda: False)
    except BaseException:
        setup.shutdown()
        raise
    if volts is None:
        raise InstrumentError("the calibration burst was stopped")
    return _fit(setup, axis, field_t, volts[:, 0] * setup.config.monitor.tesla_per_volt)


def _fit(setup: "NanoringSetup", axis: str, field_t: float, tesla: np.ndarray) -> AxisCalibration:
    """Fit the field (sample,) in T against the angle of the control voltage."""
    samples = setup.waveform.samples
    turns = tesla[:-samples].reshape(-1, samples)[LEAD_FRAMES + _SETTLING :]
    parts = turns @ basis(setup.waveform.angles())
    # the drive leads by the present phase: I_x = I cos(phi + lead), I_y = I sin(phi + lead)
    turned = parts[:, 1] - 1j * parts[:, 2] if axis == "x" else parts[:, 2] + 1j * parts[:, 1]
    before = getattr(setup.config.axes, axis)
    lag = before.phase_rad - np.angle(turned)
    gain = np.abs(turned) * before.tesla_per_ampere / field_t
    count = np.sqrt(len(turns))
    return AxisCalibration(
        tesla_per_ampere=float(gain.mean()),
        tesla_per_ampere_error=float(gain.std(ddof=1) / count),
        phase_rad=float(lag.mean()),
        phase_error_rad=float(lag.std(ddof=1) / count),
        offset_t=float(parts[:, 0].mean() + before.offset_t),
        offset_error_t=float(parts[:, 0].std(ddof=1) / count),
    )
