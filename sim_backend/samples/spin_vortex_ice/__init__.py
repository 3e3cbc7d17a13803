"""Artificial spin-vortex ices: bars of four states, their resonance spectra, and the presets MS, WM, PW."""

from nado_lab.sim_backend.samples.spin_vortex_ice.parameters import (
    PRESETS,
    BarParameters,
    Lattice,
    Preset,
    SpectrumParameters,
    SpinVortexIceParameters,
    VortexParameters,
    WideBars,
)
from nado_lab.sim_backend.samples.spin_vortex_ice.sample import IceState, SpinVortexIce

__all__ = [
    "PRESETS",
    "BarParameters",
    "IceState",
    "Lattice",
    "Preset",
    "SpectrumParameters",
    "SpinVortexIce",
    "SpinVortexIceParameters",
    "VortexParameters",
    "WideBars",
]
