"""The simulated bench: physics of the samples, instruments that speak the real dialects, a PyVISA backend."""

from nado_lab.sim_backend.bench import Bench, open_bench, plain_options
from nado_lab.sim_backend.clock import SimulatedClock, WallClock
from nado_lab.sim_backend.faults import FAULTS, Fault
from nado_lab.sim_backend.server import BenchServer, serve

__all__ = [
    "FAULTS",
    "Bench",
    "BenchServer",
    "Fault",
    "SimulatedClock",
    "WallClock",
    "open_bench",
    "plain_options",
    "serve",
]
