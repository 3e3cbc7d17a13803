"""The noise of a device, from repeats of the same inputs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from nado_lab.lab.reports.autocorrelation import autocorrelation

MOST_LAGS = 12


@dataclass(frozen=True)
class Noise:
    """Signal and noise (channel,) as standard deviations, and the noise's correlation (lag,), lag 0 first."""

    signal: np.ndarray
    noise: np.ndarray
    lags: np.ndarray


def noise_of_repeats(readout: np.ndarray, sequence: np.ndarray) -> Noise | None:
    """Part readout (trial, step, channel) into what follows the sequence (trial,) and what does not.

    Deviations from the mean over n repeats are scaled by sqrt(n / (n - 1)). None without any repeat.
    """
    means, deviations = [], []
    for each in np.unique(sequence):
        mine = readout[sequence == each]
        means.append(mine.mean(0))
        if len(mine) > 1:
            deviations.append((mine - means[-1]) * np.sqrt(len(mine) / (len(mine) - 1)))
    if not deviations:
        return None
    noise = np.concatenate(deviations)
    signal = np.concatenate(means).std(0)
    return Noise(signal, np.sqrt(np.square(noise).mean((0, 1))), autocorrelation(noise, MOST_LAGS).mean(1))
