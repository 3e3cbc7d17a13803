"""The family of spin-vortex ices: field loops, and a microwave spectrum after each."""

from nado_lab.instruments.setups.spin_vortex_ice.config import SpinVortexIceConfig
from nado_lab.instruments.setups.spin_vortex_ice.setup import SpinVortexIceSetup

__all__ = ["SpinVortexIceConfig", "SpinVortexIceSetup"]
