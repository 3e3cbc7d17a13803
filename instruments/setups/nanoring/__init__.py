"""The nanoring family: a rotating field and the magnetoresistance of an array of rings."""

from nado_lab.instruments.setups.nanoring.calibration import AxisCalibration, fit_axis
from nado_lab.instruments.setups.nanoring.config import Axis, NanoringConfig
from nado_lab.instruments.setups.nanoring.setup import NanoringSetup

__all__ = ["Axis", "AxisCalibration", "NanoringConfig", "NanoringSetup", "fit_axis"]
