"""The nanoring family: a rotating field and the magnetoresistance of an array of rings."""

from pathlib import Path

from nado_lab.instruments.setups.family import Family
from nado_lab.instruments.setups.nanoring.calibration import AxisCalibration, fit_axis
from nado_lab.instruments.setups.nanoring.config import Axis, NanoringConfig
from nado_lab.instruments.setups.nanoring.setup import NanoringSetup

__all__ = ["FAMILY", "Axis", "AxisCalibration", "NanoringConfig", "NanoringSetup", "fit_axis"]

FAMILY = Family(
    kind="nanoring",
    config=NanoringConfig,
    setup=NanoringSetup,
    presets=Path(__file__).parent / "presets",
    bench="nanoring",
)
