"""The simulated bench: physics of the samples, instruments that speak the real dialects, a PyVISA backend."""

from .bench import Bench, open_bench
from .clock import SimulatedClock, WallClock

__all__ = ["Bench", "SimulatedClock", "WallClock", "open_bench"]
