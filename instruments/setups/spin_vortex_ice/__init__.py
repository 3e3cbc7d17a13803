"""The family of spin-vortex ices: field loops, and a microwave spectrum after each."""

from .config import SpinVortexIceConfig
from .setup import SpinVortexIceSetup

__all__ = ["SpinVortexIceConfig", "SpinVortexIceSetup"]
