"""What surrounds a bench and may be changed while it runs: temperature, size of the noise, slow drift."""

from dataclasses import dataclass

import numpy as np

Times = float | np.ndarray
"""A time in s, or many."""

ROOM_K = 293.0
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

    def gain(self, time_s: Times) -> Times:
        """Return the readout's gain at a time (…,) in s."""
        return self._gain(self._reached[0], self.drift.gain_per_hour, time_s)

    def offset_v(self, time_s: Times) -> Times:
        """Return the readout's offset in V at a time (…,) in s."""
        return self._reached[1] + self.drift.offset_v_per_hour * (time_s - self.since_s) / _HOUR_S

    def field_gain(self, time_s: Times) -> Times:
        """Return the field per ampere relative to the calibrated one at a time (…,) in s."""
        return self._gain(self._reached[2], self.drift.field_gain_per_hour, time_s)

    def _gain(self, reached: float, per_hour: float, time_s: Times) -> Times:
        return np.maximum(reached + per_hour * (time_s - self.since_s) / _HOUR_S, _LEAST_GAIN)
