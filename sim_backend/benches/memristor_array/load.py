"""A memristor between the terminals of a source-meter."""

from typing import Protocol

import numpy as np
from nado_lab.sim_backend.benches.memristor_array.world import MemristorWorld

_PARTS = 16
"""Into how many ticks a stretch under voltage is cut: the clamp acts in each."""


class Core(Protocol):
    """What the load asks of the source-meter: the compliance by unit."""

    limits: dict[str, float]


class MemristorLoad:
    """The first device of a world; the source-meter asks for its current and holds voltages on it."""

    core: Core

    def __init__(self, world: MemristorWorld):
        self.world, self._time = world, world.time
        self._factor = 1.0

    def amperes(self, volts: float) -> float:
        """Return the current in A at ``volts`` V in the present state."""
        return float(self.world.sample.amperes(volts)[0]) * self._factor

    def hold(self, volts: float, seconds: float) -> None:
        """Go on for ``seconds`` s under ``volts`` V, within the compliance; the noise moves on."""
        world, parts = self.world, _PARTS if volts else 1
        most = np.array([self.core.limits["A"] / self._factor])
        amperes = world.sample.advance(np.full((parts, 1), volts), seconds / parts, most) * self._factor
        world.peak_v = np.maximum(world.peak_v, abs(volts))
        world.peak_a = np.maximum(world.peak_a, np.max(np.abs(amperes)))
        self._time += seconds
        noise = float(world.conductance_noise(self._time, max(seconds, 1e-9), 1)[0, 0])
        self._factor = noise * float(np.asarray(world.gain(self._time)))
