"""A nanoring array whose thermal noise is scaled by a factor, and whose mean response stays the same.

Identical replicas (one disorder, thermal streams of their own) stand in one field; what the contacts see is
a weighted mean of their resistances. Weights that sum to 1 keep the mean response, and with the sum of
their squares k^2 every variance and covariance of the noise is k^2 times that of one array: k = 0.5 is the
mean of four arrays, k = 1 one array, k > 1 amplifies one array's departure from the mean of the others.
"""

from typing import Any

import numpy as np
from nado_lab.sim_backend.samples.nanoring import NanoringReplicas

REPLICAS = 4
WHITE_V, PINK_V, MAINS_V = 2e-6, 1e-6, 1e-6


class ScaledNoiseSample:
    """Be the sample of a bench: arrays of `size` rings a side whose noise is `factor` times that of one."""

    def __init__(self, factor: float, size: int = 10, seed: int = 0, contacts: int = 2) -> None:
        self.contacts = contacts
        self._weights = weights(factor)
        self._arrays = NanoringReplicas(
            REPLICAS, size, seed=seed, contacts=contacts, thermal_seed=seed, threads=1
        )

    def advance(self, field_xy: np.ndarray, dt: float) -> np.ndarray:
        """Advance through field (tick, 2) T on a grid of dt s and return resistance (tick, contact) ohm."""
        return np.einsum("r,rtc->tc", self._weights, self._arrays.advance(field_xy, dt))


def weights(factor: float) -> np.ndarray:
    """Return weights (replica,) with sum 1 and sum of squares factor^2, all but the first equal."""
    others = REPLICAS - 1
    root = 1 + REPLICAS * (others * factor**2 - 1)
    if root < 0:
        raise ValueError(f"{REPLICAS} replicas scale the noise down to {REPLICAS**-0.5}; got {factor}")
    first = (1 + root**0.5) / REPLICAS
    return np.array([first] + [(1 - first) / others] * others)


def scaled_noise(factor: float) -> dict[str, Any]:
    """Return the options of a nanoring bench whose thermal and readout noise are `factor` times the usual."""
    readout = {"white_v": WHITE_V, "pink_v": PINK_V, "mains_v": MAINS_V}
    scaled = {name: factor * volts for name, volts in readout.items()}
    return scaled if factor == 1 else scaled | {"sample": ScaledNoiseSample(factor)}
