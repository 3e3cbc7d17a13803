"""The slow wandering of the modulators' bias phase: the same path however often it is looked at."""

import numpy as np
from scipy.signal import lfilter

GRID_S = 1.0
"""The path is drawn at whole seconds, and straight between them."""


class PhaseDrift:
    """An Ornstein-Uhlenbeck path a node, zero at time zero, in rad; time runs forward."""

    def __init__(self, deviation: float, time_s: float, nodes: int, seed: int) -> None:
        self.deviation, self.nodes = deviation, nodes
        self._kept = float(np.exp(-GRID_S / time_s))
        self._rng = np.random.default_rng([seed, 32])
        self._first = 0
        self._knots = np.zeros((1, nodes))

    def at(self, times: np.ndarray) -> np.ndarray:
        """Return the phase (tick, node) in rad at times (tick,) in s, which do not decrease."""
        if not self.deviation or not len(times):
            return np.zeros((len(times), self.nodes))
        self._reach(int(times[0] / GRID_S), int(times[-1] / GRID_S) + 1)
        where = times / GRID_S - self._first
        below = np.clip(where.astype(int), 0, len(self._knots) - 2)
        share = (where - below)[:, None]
        return (1 - share) * self._knots[below] + share * self._knots[below + 1]

    def _reach(self, first: int, last: int) -> None:
        """Draw the knots up to ``last``, and forget those before ``first``."""
        missing = last - (self._first + len(self._knots) - 1)
        if missing > 0:
            steps = self._rng.standard_normal((missing, self.nodes))
            steps *= self.deviation * np.sqrt(1 - self._kept**2)
            before = self._kept * self._knots[-1:]
            new = np.asarray(lfilter([1.0], [1.0, -self._kept], steps, axis=0, zi=before)[0])
            self._knots = np.concatenate([self._knots, new])
        old = max(first - self._first, 0)
        self._knots, self._first = self._knots[old:], self._first + old
