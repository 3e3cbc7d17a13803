"""Simulated instruments, one file each, in their real dialects."""

from .keithley6221 import Keithley6221
from .keithley_dmm6500 import KeithleyDMM6500
from .kepco_bop import KepcoBOP
from .keysight8257d import Keysight8257D
from .keysight33500 import Keysight33500
from .keysight_e5071c import KeysightE5071C
from .lakeshore335 import LakeShore335
from .lakeshore425 import LakeShore425
from .sr830 import SR830
from .sr860 import SR860

__all__ = [
    "SR830",
    "SR860",
    "Keithley6221",
    "KeithleyDMM6500",
    "KepcoBOP",
    "Keysight8257D",
    "Keysight33500",
    "KeysightE5071C",
    "LakeShore335",
    "LakeShore425",
]
