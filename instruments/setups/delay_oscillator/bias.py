"""The bias point of a modulator from a scan: light against bias voltage, its phase with an uncertainty.

The light is a + b cos(2 phi + pi V / half_wave): linear in a, b cos 2 phi and b sin 2 phi for a given
half-wave voltage, which is searched. Noise in the loop lowers b, not the phase.
"""

from dataclasses import dataclass

import numpy as np
from nado_lab.instruments.errors import InstrumentError

LEAST_LEVELS = 6
_REFINEMENTS = 40
_COARSE = np.geomspace(0.5, 2.0, 61)
_GOLDEN = (np.sqrt(5) - 1) / 2


@dataclass(frozen=True)
class BiasPoint:
    """Phase phi without bias and half-wave voltage, each with its standard error; the light's extremes."""

    phase_rad: float
    phase_error_rad: float
    half_wave_v: float
    half_wave_error_v: float
    least_v: float
    most_v: float

    @property
    def contrast(self) -> float:
        """(most - least) / (most + least) of the light."""
        return (self.most_v - self.least_v) / (self.most_v + self.least_v)

    def values(self) -> dict[str, float]:
        """Return the numbers by the names they have in a setup's ``[[bias]]``."""
        names = ("phase_rad", "phase_error_rad", "half_wave_v", "half_wave_error_v")
        return {name: getattr(self, name) for name in names}


def fit_bias(volts: np.ndarray, light: np.ndarray, assumed_v: float) -> BiasPoint:
    """Fit the light (level,) of biases (level,) in V; the half-wave voltage is about ``assumed_v``.

    The phase is given in (-pi/2, pi/2]: the transmission repeats after pi.
    """
    volts, light = np.asarray(volts, float), np.asarray(light, float)
    if len(volts) < LEAST_LEVELS or np.ptp(volts) < assumed_v:
        raise InstrumentError(
            f"a bias scan needs {LEAST_LEVELS} levels over {assumed_v:.3g} V at least; "
            f"got {len(volts)} over {np.ptp(volts):.3g} V"
        )
    half_wave = _search(volts, light, assumed_v)
    offset, along, across = _parts(volts, light, half_wave)
    swing = float(np.hypot(along, across))
    phase = 0.5 * np.arctan2(-across, along)
    error = _errors(volts, light, half_wave, np.array([offset, along, across]))
    if swing < 5 * error[0]:
        raise InstrumentError(
            f"the light does not follow the bias: it swings by {swing:.3g} V, its scatter is {error[0]:.3g} V"
            "; check laser, modulator and photodiode"
        )
    return BiasPoint(
        float(phase),
        float(error[1]),
        float(half_wave),
        float(error[2]),
        float(offset - swing),
        float(offset + swing),
    )


def _parts(volts: np.ndarray, light: np.ndarray, half_wave: float) -> np.ndarray:
    """Return a, b cos 2 phi, -b sin 2 phi of the light at a given half-wave voltage."""
    return np.linalg.lstsq(_columns(volts, half_wave), light, rcond=None)[0]


def _columns(volts: np.ndarray, half_wave: float) -> np.ndarray:
    angle = np.pi * volts / half_wave
    return np.stack([np.ones_like(volts), np.cos(angle), np.sin(angle)], axis=1)


def _misfit(volts: np.ndarray, light: np.ndarray, half_wave: float) -> float:
    seen = _columns(volts, half_wave) @ _parts(volts, light, half_wave)
    return float(np.sum((light - seen) ** 2))


def _search(volts: np.ndarray, light: np.ndarray, assumed_v: float) -> float:
    """Return the half-wave voltage of the least misfit: on a grid, then by golden section."""
    grid = assumed_v * _COARSE
    best = int(np.argmin([_misfit(volts, light, each) for each in grid]))
    low, high = grid[max(best - 1, 0)], grid[min(best + 1, len(grid) - 1)]
    for _ in range(_REFINEMENTS):
        first, second = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
        if _misfit(volts, light, first) < _misfit(volts, light, second):
            high = second
        else:
            low = first
    return float((low + high) / 2)


def _errors(volts: np.ndarray, light: np.ndarray, half_wave: float, parts: np.ndarray) -> np.ndarray:
    """Return the scatter of the light, and the standard errors of phase and half-wave voltage."""
    columns = _columns(volts, half_wave)
    scatter2 = float(np.sum((light - columns @ parts) ** 2)) / max(len(volts) - 4, 1)
    slope = (parts[2] * columns[:, 1] - parts[1] * columns[:, 2]) * np.pi * volts / -(half_wave**2)
    jacobian = np.column_stack([columns, slope])
    covariance = scatter2 * np.linalg.pinv(jacobian.T @ jacobian)
    swing2 = parts[1] ** 2 + parts[2] ** 2
    turned = np.array([0.0, parts[2], -parts[1], 0.0]) / (2 * swing2) if swing2 else np.zeros(4)
    variances = np.array([scatter2, float(turned @ covariance @ turned), float(covariance[3, 3])])
    return np.sqrt(np.maximum(variances, 0.0))
