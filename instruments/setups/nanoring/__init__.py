"""The nanoring family: a rotating field and the magnetoresistance of an array of rings."""

from .calibration import AxisCalibration, fit_axis
from .config import Axis, NanoringConfig
from .setup import NanoringSetup

__all__ = ["Axis", "AxisCalibration", "NanoringConfig", "NanoringSetup", "fit_axis"]
