"""A square array of interconnected permalloy rings at microstate level."""

from nado_lab.sim_backend.samples.nanoring.array import NanoringArray, NanoringReplicas, NanoringState
from nado_lab.sim_backend.samples.nanoring.depinning import depinning_probability, half_depinning_field
from nado_lab.sim_backend.samples.nanoring.parameters import OERSTED_T, NanoringParameters, ReadoutParameters
from nado_lab.sim_backend.samples.nanoring.rotations import simulate_rotations

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
