"""What every bench shares: one world at one time, whose conditions may change while it runs."""

from abc import ABC, abstractmethod
from contextlib import AbstractContextManager
from dataclasses import asdict
from math import isfinite
from typing import Generic, Protocol, TypeVar

from nado_lab.sim_backend.conditions import Conditions, Drift

LEAST_K, MOST_K = 1.0, 800.0
"""Range in which the samples' models mean anything (permalloy's Curie point lies above)."""


class Warmed(Protocol):
    """What every world asks of its sample."""

    def set_temperature(self, kelvin: float) -> None: ...


Sample = TypeVar("Sample", bound=Warmed)


class World(ABC, Generic[Sample]):
    """The part of a world whose conditions change live: it first runs up to now under what was."""

    lock: AbstractContextManager[bool]
    time: float
    sample: Sample
    conditions: Conditions

    @abstractmethod
    def advance(self) -> None:
        """Run the world up to the bench time."""

    def set_temperature(self, kelvin: float) -> None:
        """Warm or cool the sample to ``kelvin`` K at once.

        The readout noise stays: the Johnson noise of 100 ohm is fifty times smaller than the amplifiers'.
        """
        if not LEAST_K <= kelvin <= MOST_K:
            raise ValueError(f"expected a temperature from {LEAST_K:g} to {MOST_K:g} K, got {kelvin:g}")
        with self.lock:
            self.advance()
            self.sample.set_temperature(float(kelvin))
            self.conditions.temperature_k = float(kelvin)

    def set_noise(self, scale: float) -> None:
        """Multiply all readout noise by ``scale`` >= 0, relative to how the bench was opened."""
        if not (isfinite(scale) and scale >= 0):
            raise ValueError(f"expected a noise scale >= 0, got {scale:g}")
        with self.lock:
            self.advance()
            self.conditions.noise_scale = float(scale)

    def set_drift(self, drift: Drift) -> None:
        """Drift at these rates from now on; rates of zero keep what has drifted so far."""
        if not all(map(isfinite, asdict(drift).values())):
            raise ValueError(f"expected finite rates of drift, got {drift}")
        with self.lock:
            self.advance()
            self.conditions.set_drift(drift, self.time)

    def clear_drift(self) -> None:
        """Return to the calibrated gains and offsets and stay there."""
        with self.lock:
            self.advance()
            self.conditions.clear_drift()
