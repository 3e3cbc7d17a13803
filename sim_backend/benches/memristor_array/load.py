"""A memristor between the terminals of a source-meter."""

import numpy as np
from nado_lab.sim_backend.benches.memristor_array.world import MemristorWorld


class MemristorLoad:
    """The first device of a world; the source-meter asks for its current and holds voltages on it."""

    def __init__(self, world: MemristorWorld):
        self.world, self._time = world, world.time
        self._factor = 1.0

    def amperes(self, volts: float) -> float:
        """Return the current in A at ``volts`` V in the present state."""
        return float(self.world.sample.amperes(volts)[0]) * self._factor

    def hold(self, volts: float, seconds: float) -> None:
        """Go on for ``seconds`` s under ``volts`` V; the conductance's noise moves on."""
        world = self.world
        world.sample.advance(np.array([[volts]]), seconds)
        self._time += seconds
        noise = float(world.conductance_noise(self._time, max(seconds, 1e-9), 1)[0, 0])
        self._factor = noise * float(np.asarray(world.gain(self._time)))
        world.peak_v = np.maximum(world.peak_v, abs(volts))
        world.peak_a = np.maximum(world.peak_a, abs(self.amperes(volts)))
