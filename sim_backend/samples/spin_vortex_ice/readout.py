"""Noise of a measured spectrum, and what changes when the sample is mounted anew."""

from typing import NamedTuple

import numpy as np
from nado_lab.sim_backend.samples.spin_vortex_ice.parameters import SpectrumParameters
from scipy.ndimage import gaussian_filter1d

GRID = 3
"""Points of the noise grid in one noise length."""


class Mounting(NamedTuple):
    """What one mounting of the sample does to its spectra."""

    gain: float = 1.0
    offset: float = 0.0
    shift_hz: float = 0.0


def draw_mounting(seed: int, run: int, parameters: SpectrumParameters) -> Mounting:
    """Draw the mounting of a run, always the same for a seed and run; run 0 is the reference."""
    if run == 0:
        return Mounting()
    rng = np.random.default_rng([seed, run])
    gain, offset = rng.uniform(*parameters.gain_range), rng.normal(0.0, parameters.offset)
    return Mounting(gain, offset, rng.normal(0.0, parameters.shift_hz))


def correlated_noise(
    frequencies_hz: np.ndarray, parameters: SpectrumParameters, rng: np.random.Generator
) -> np.ndarray:
    """Return noise (channel,) alike over the noise length (Gaussian), new in every call."""
    step = parameters.noise_length_hz / GRID
    low, high = frequencies_hz.min(), frequencies_hz.max()
    grid = np.arange(low - 4 * GRID * step, high + (4 * GRID + 1) * step, step)
    smooth = gaussian_filter1d(rng.normal(size=len(grid)), GRID, mode="wrap")
    smooth *= np.sqrt(2 * GRID * np.sqrt(np.pi))
    return parameters.noise * np.interp(frequencies_hz, grid, smooth)
