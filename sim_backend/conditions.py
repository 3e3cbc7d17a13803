"""What surrounds a bench and may be changed while it runs: temperature, size of the noise, slow drift."""

from abc import ABC, abstractmethod
from dataclasses import asdict, dataclass
from math import isfinite
from typing import Any

import numpy as np

ROOM_K = 293.0
LEAST_K, MOST_K = 1.0, 800.0
"""Range in which the samples' models mean anything (permalloy's Curie point lies above)."""
_HOUR_S = 3600.0
_LEAST_GAIN = 0.1


@dataclass(frozen=True)
class Drift:
    """Change an hour: gain of the readout and of the field (relative), offset of the readout (V)."""

    gain_per_hour: float = 0.0
    offset_v_per_hour: float = 0.0
    field_gain_per_hour: float = 0.0


class Conditions:
    """Temperature in K, factor on all readout noise, and what has drifted so far."""

    def __init__(self) -> None:
        self.temperature_k, self.noise_scale = ROOM_K, 1.0
        self.drift, self.since_s = Drift(), 0.0
        self._reached = (1.0, 0.0, 1.0)

    @property
    def drifted(self) -> bool:
        """Tell whether anything drifts or has drifted."""
        return self.drift != Drift() or self._reached != (1.0, 0.0, 1.0)

    def set_drift(self, drift: Drift, now_s: float) -> None:
        """Drift at new rates from what was reached by ``now_s`` on."""
        self._reached = (float(self.gain(now_s)), float(self.offset_v(now_s)), float(self.field_gain(now_s)))
        self.drift, self.since_s = drift, now_s

    def clear_drift(self) -> None:
        """Stop drifting and forget what has drifted."""
        self.drift, self._reached = Drift(), (1.0, 0.0, 1.0)

    def gain(self, time_s: Any) -> Any:
        """Return the readout's gain at a time (…,) in s."""
        return self._gain(self._reached[0], self.drift.gain_per_hour, time_s)

    def offset_v(self, time_s: Any) -> Any:
        """Return the readout's offset in V at a time (…,) in s."""
        return self._reached[1] + self.drift.offset_v_per_hour * (time_s - self.since_s) / _HOUR_S

    def field_gain(self, time_s: Any) -> Any:
        """Return the field per ampere relative to the calibrated one at a time (…,) in s."""
        return self._gain(self._reached[2], self.drift.field_gain_per_hour, time_s)

    def _gain(self, reached: float, per_hour: float, time_s: Any) -> Any:
        return np.maximum(reached + per_hour * (time_s - self.since_s) / _HOUR_S, _LEAST_GAIN)


class Surroundings(ABC):
    """The part of a world whose conditions change live: it first runs up to now under what was."""

    lock: Any
    time: float
    sample: Any
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
