"""The family of spin-vortex ices: field loops, and a microwave spectrum after each."""

from pathlib import Path

from nado_lab.instruments.setups.family import Family
from nado_lab.instruments.setups.spin_vortex_ice.config import SpinVortexIceConfig
from nado_lab.instruments.setups.spin_vortex_ice.setup import SpinVortexIceSetup

__all__ = ["FAMILY", "SpinVortexIceConfig", "SpinVortexIceSetup"]

FAMILY = Family(
    kind="asvi",
    config=SpinVortexIceConfig,
    setup=SpinVortexIceSetup,
    presets=Path(__file__).parent / "presets",
    bench="asvi",
)
