"""Simulated instruments, one file each, in their real dialects."""

from .keithley6221 import Keithley6221
from .keithley_dmm6500 import KeithleyDMM6500
from .kepco_bop import KepcoBOP
from .keysight33500 import Keysight33500

__all__ = ["Keithley6221", "KeithleyDMM6500", "KepcoBOP", "Keysight33500"]
