"""The resonance signal dP/dH of all bars: field derivatives of Lorentzians, compiled."""

import numpy as np
from nado_lab.sim_backend.compiled import compiled

BIN_HZ = 10e6
"""Modes are shared between bins of this width: far below a line width."""


@compiled
def deposit(frequency, weight, first, bins):
    """Share modes (weight at frequency, Hz) linearly between bins, BIN_HZ apart from first (Hz) on."""
    bins[:] = 0.0
    for mode in range(len(frequency)):
        position = (frequency[mode] - first) / BIN_HZ
        index = int(position)
        share = position - index
        bins[index] += (1.0 - share) * weight[mode]
        bins[index + 1] += share * weight[mode]


@compiled
def add_lines(bins, first, linewidth, channel, signal):
    """Add the shift-derivative of a Lorentzian (half width linewidth) for each bin at the channels (Hz)."""
    for index in range(len(bins)):
        weight = 2.0 * bins[index] / linewidth
        if weight == 0.0:
            continue
        centre = first + index * BIN_HZ
        for place in range(len(channel)):
            x = (channel[place] - centre) / linewidth
            height = 1.0 + x * x
            signal[place] += weight * x / (height * height)


def line_spectrum(
    frequency: np.ndarray, weight: np.ndarray, linewidth: float, channel: np.ndarray
) -> np.ndarray:
    """Return the sum over modes of weight (Hz/T) times a unit Lorentzian's shift-derivative: (channel,)."""
    first = float(frequency.min()) - BIN_HZ
    bins = np.empty(int((frequency.max() - first) / BIN_HZ) + 3)
    deposit(frequency, weight, first, bins)
    signal = np.zeros(len(channel))
    add_lines(bins, first, linewidth, channel, signal)
    return signal
