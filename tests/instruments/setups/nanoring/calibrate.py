"""Calibrate one axis of an open setup, as `nado calibrate` does from a run."""

from nado_lab.instruments.setups.nanoring.calibration import AxisCalibration, fit_axis
from nado_lab.instruments.setups.nanoring.config import Axis


def calibrate_axis(setup, axis: Axis, field_t: float, rotations: int = 20) -> AxisCalibration:
    monitored = setup.turn_field(axis, field_t, rotations)
    return fit_axis(axis, monitored, field_t, setup.config.axes.of(axis))
