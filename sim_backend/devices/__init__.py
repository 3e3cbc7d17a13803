"""Simulated instruments, one file each, in their real dialects."""

from nado_lab.sim_backend.devices.keithley2450 import Keithley2450
from nado_lab.sim_backend.devices.keithley2600 import Keithley2600
from nado_lab.sim_backend.devices.keithley2700 import Keithley2700
from nado_lab.sim_backend.devices.keithley6221 import Keithley6221
from nado_lab.sim_backend.devices.keithley_dmm6500 import KeithleyDMM6500
from nado_lab.sim_backend.devices.kepco_bop import KepcoBOP
from nado_lab.sim_backend.devices.keysight8257d import Keysight8257D
from nado_lab.sim_backend.devices.keysight33500 import Keysight33500
from nado_lab.sim_backend.devices.keysight_dsox1102g import KeysightDSOX1102G
from nado_lab.sim_backend.devices.keysight_e5071c import KeysightE5071C
from nado_lab.sim_backend.devices.lakeshore335 import LakeShore335
from nado_lab.sim_backend.devices.lakeshore425 import LakeShore425
from nado_lab.sim_backend.devices.santec_tsl570 import SantecTSL570
from nado_lab.sim_backend.devices.sr830 import SR830
from nado_lab.sim_backend.devices.sr860 import SR860
from nado_lab.sim_backend.devices.thorlabs_pm100 import ThorlabsPM100

__all__ = [
    "SR830",
    "SR860",
    "Keithley2450",
    "Keithley2600",
    "Keithley2700",
    "Keithley6221",
    "KeithleyDMM6500",
    "KepcoBOP",
    "Keysight8257D",
    "Keysight33500",
    "KeysightDSOX1102G",
    "KeysightE5071C",
    "LakeShore335",
    "LakeShore425",
    "SantecTSL570",
    "ThorlabsPM100",
]
