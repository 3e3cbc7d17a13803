"""Noise of a voltage readout: white, 1/f drift, and mains pick-up, continuous in time."""

import math

import numpy as np
from nado_lab.sim_backend.compiled import compiled

PINK_TIMES_S = np.logspace(-3, 3, 7)
"""Correlation times of the relaxations whose sum is 1/f between about 0.2 mHz and 200 Hz."""
PHASE_WANDER = 0.05
"""Random walk of the mains phase (rad per square root of a second)."""


def derived_seed(seed: int, noise_seed: int) -> int:
    """Return the seed of another realisation of the noise of the specimen `seed`."""
    return int(np.random.SeedSequence([seed, noise_seed, 21]).generate_state(1)[0])


class ReadoutNoise:
    """Draw noise voltages of independent contacts on any time grid that moves forward.

    white_v: standard deviation of a sample (V); pink_v: standard deviation of the 1/f part (V), a sum of
    Ornstein-Uhlenbeck relaxations of equal weight; mains_v: amplitude of the pick-up (V), up to half less on
    some contacts.
    """

    def __init__(
        self,
        white_v: float = 0.0,
        pink_v: float = 0.0,
        mains_v: float = 0.0,
        mains_hz: float = 50.0,
        seed: int = 0,
        *,
        contacts: int = 1,
    ) -> None:
        if min(white_v, pink_v, mains_v) < 0 or mains_hz <= 0 or contacts < 1:
            raise ValueError(
                f"expected noise >= 0 V, mains_hz > 0 and contacts >= 1, "
                f"got {white_v}, {pink_v}, {mains_v}, {mains_hz}, {contacts}"
            )
        self.white_v, self.pink_v, self.mains_v, self.mains_hz = white_v, pink_v, mains_v, mains_hz
        self.contacts = contacts
        self._rng = np.random.default_rng(seed)
        self._pink = self._rng.normal(size=(len(PINK_TIMES_S), contacts))
        self._phase = self._rng.uniform(0, 2 * np.pi)
        self._pickup = self._rng.uniform(0.5, 1.0, contacts)
        self._now: float | None = None

    def sample(self, t0: float, dt: float, n: int) -> np.ndarray:
        """Return n samples (n, contact) in V from t0 (s) on, every dt; t0 not before the last sample."""
        if dt <= 0 or n < 0:
            raise ValueError(f"expected dt > 0 s and n >= 0, got {dt} and {n}")
        last = t0 - dt if self._now is None else self._now
        if t0 < last:
            raise ValueError(f"expected t0 at or after the last sample at {last} s, got {t0} s")
        noise = self.white_v * self._rng.standard_normal((n, self.contacts))
        if n:
            noise += self._drift(t0 - last, dt, n) + self._mains(t0, t0 - last, dt, n)
            self._now = t0 + (n - 1) * dt
        return noise

    def _drift(self, gap: float, dt: float, n: int) -> np.ndarray:
        if self.pink_v == 0:
            return np.zeros((n, self.contacts))
        steps = self._rng.standard_normal((len(PINK_TIMES_S), n, self.contacts))
        first, keep = np.exp(-gap / PINK_TIMES_S), np.exp(-dt / PINK_TIMES_S)
        total = np.zeros((n, self.contacts))
        relax(self._pink, steps, first, keep, total)
        return self.pink_v / np.sqrt(len(PINK_TIMES_S)) * total

    def _mains(self, t0: float, gap: float, dt: float, n: int) -> np.ndarray:
        if self.mains_v == 0:
            return np.zeros((n, self.contacts))
        spans = np.full(n, dt)
        spans[0] = gap
        wander = self._phase + np.cumsum(PHASE_WANDER * np.sqrt(spans) * self._rng.normal(size=n))
        self._phase = wander[-1]
        phase = 2 * np.pi * self.mains_hz * (t0 + dt * np.arange(n)) + wander
        return self.mains_v * np.sin(phase)[:, None] * self._pickup


@compiled
def relax(path, steps, first, keep, total):
    """Carry relaxations on and add them up.

    path (time, contact) is where they are, steps (time, n, contact) their normal draws, total (n, contact);
    first and keep (time,) are what is left of them after the gap before the first sample, and from one to the
    next.
    """
    for one in range(len(path)):
        rest = first[one]
        width = math.sqrt(1 - rest * rest)
        for sample in range(steps.shape[1]):
            for contact in range(path.shape[1]):
                value = width * steps[one, sample, contact] + rest * path[one, contact]
                path[one, contact] = value
                total[sample, contact] += value
            rest = keep[one]
            width = math.sqrt(1 - rest * rest)
