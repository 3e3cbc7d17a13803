"""A pair of crossed coils: gain, first-order lag of amplifier and inductance, no field left behind."""

from dataclasses import dataclass

import numpy as np
from scipy.signal import lfilter

_DEAD_TESLA = 1e-9


@dataclass(frozen=True)
class Coil:
    """One axis: tesla per ampere, time constant of the current in s."""

    tesla_per_ampere: float = 2.0e-3
    lag_s: float = 1.0e-4


class CoilPair:
    """Turn wanted currents into the field (tick, 2) in tesla, tick by tick."""

    def __init__(self, x: Coil, y: Coil):
        self.gain = np.array([x.tesla_per_ampere, y.tesla_per_ampere])
        self.lag_s = np.array([x.lag_s, y.lag_s])
        self.field = np.zeros(2)

    def settled(self, amperes: np.ndarray) -> bool:
        """Tell whether the field already is what the currents (2,) in A ask for."""
        return bool(np.all(np.abs(self.field - amperes * self.gain) < _DEAD_TESLA))

    def follow(self, amperes: np.ndarray, dt: float) -> np.ndarray:
        """Return the field (tick, 2) after each tick of ``dt`` s for wanted currents (tick, 2) in A."""
        wanted = amperes * self.gain
        rise = -np.expm1(-dt / np.maximum(self.lag_s, 1e-12))
        field = np.empty_like(wanted)
        for axis, a in enumerate(rise):
            before = np.array([(1 - a) * self.field[axis]])
            field[:, axis] = lfilter([a], [1, a - 1], wanted[:, axis], zi=before)[0]
        self.field = field[-1].copy()
        if self.settled(amperes[-1]):
            self.field = wanted[-1].copy()
        return field
