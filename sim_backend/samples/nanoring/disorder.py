"""What makes one array differ from the next: fields drawn from the disorder seed."""

from typing import NamedTuple

import numpy as np
from nado_lab.sim_backend.samples.nanoring.lattice import Lattice
from nado_lab.sim_backend.samples.nanoring.parameters import NanoringParameters


class Disorder(NamedTuple):
    """Pinning fields of one array (T)."""

    depinning: np.ndarray
    """(junction,): field that removes the barrier of one wall."""
    weakest: np.ndarray
    """(2,): least depinning field of the horizontal and of the vertical junctions."""
    roughness: np.ndarray
    """(ring, 4): edge roughness at the contacts."""


def draw_disorder(lattice: Lattice, parameters: NanoringParameters, seed: int) -> Disorder:
    """Draw the pinning fields of one array: normal, independent, always the same for a seed."""
    rng = np.random.default_rng(seed)
    depinning = rng.normal(
        parameters.depinning_field_t, parameters.depinning_field_spread_t, len(lattice.axis)
    )
    roughness = rng.normal(parameters.roughness_t, parameters.roughness_spread_t, lattice.junction.shape)
    weakest = np.array([depinning[lattice.axis == axis].min(initial=np.inf) for axis in (0, 1)])
    return Disorder(depinning, weakest, roughness)
