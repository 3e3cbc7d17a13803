"""The simulated bench: physics of the samples, instruments that speak the real dialects, a PyVISA backend."""

from .bench import Bench, open_bench
from .clock import SimulatedClock, WallClock
from .faults import FAULTS, Fault
from .server import BenchServer, serve

__all__ = [
    "FAULTS",
    "Bench",
    "BenchServer",
    "Fault",
    "SimulatedClock",
    "WallClock",
    "open_bench",
    "serve",
]
