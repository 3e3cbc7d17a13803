"""A square array of interconnected permalloy rings at microstate level."""

from sim_backend.samples.nanoring.array import NanoringArray, NanoringReplicas, NanoringState
from sim_backend.samples.nanoring.depinning import depinning_probability, half_depinning_field
from sim_backend.samples.nanoring.parameters import OERSTED_T, NanoringParameters, ReadoutParameters
from sim_backend.samples.nanoring.rotations import simulate_rotations

__all__ = [
    "OERSTED_T",
    "NanoringArray",
    "NanoringParameters",
    "NanoringReplicas",
    "NanoringState",
    "ReadoutParameters",
    "depinning_probability",
    "half_depinning_field",
    "simulate_rotations",
]
