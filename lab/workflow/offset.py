"""Take a slow offset out of readouts by the initial state, which every trial begins with.

The initial state is the same each time, so what its readout does over a run is the drift of the bench: of
a resistance with temperature, of an amplifier. One reading of it is noisy; many neighbours are not.
"""

from __future__ import annotations

import numpy as np
from scipy.ndimage import uniform_filter1d

NEIGHBOURS = 51


def slow_offset(initial: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Average initial (trial, channel) over neighbouring trials, less reference (channel,)."""
    width = min(NEIGHBOURS, len(initial))
    return uniform_filter1d(np.asarray(initial, dtype=float), width, axis=0, mode="nearest") - reference


def without_offset(readout: np.ndarray, initial: np.ndarray, reference: np.ndarray) -> np.ndarray:
    """Take the slow offset out of readout (trial, step, channel)."""
    return readout - slow_offset(initial, reference)[:, None, :]
