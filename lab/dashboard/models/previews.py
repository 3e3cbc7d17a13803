"""Compare a twin with measured repeats in pictures: bands, residuals, correlations, noise spectrum."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from nado_lab.lab.reports.autocorrelation import autocorrelation

if TYPE_CHECKING:
    from nado_lab.twin import Trials, Twin

QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


@dataclass(frozen=True)
class Preview:
    """One sequence, measured and predicted, in device units.

    measured (repeat, step, channel); bands (quantile, step, channel) of the twin's draws at QUANTILES;
    mean_twin (step, channel); correlation_* (lag, channel) and spectrum_* (frequency, channel) of the
    deviations from the mean over repeats, frequency in cycles a step.
    """

    sequence: int
    channels: tuple[str, ...]
    units: tuple[str, ...]
    drive: np.ndarray
    measured: np.ndarray
    bands: np.ndarray
    mean_twin: np.ndarray
    correlation_measured: np.ndarray
    correlation_twin: np.ndarray
    spectrum_measured: np.ndarray
    spectrum_twin: np.ndarray

    @property
    def residual(self) -> np.ndarray:
        """Give measured mean minus the twin's mean (step, channel)."""
        return self.measured.mean(0) - self.mean_twin


def preview(twin: Twin, trials: Trials, sequence: int | None = None, draws: int = 200) -> Preview:
    """Draw the twin on one sequence of `trials` (the most repeated one by default)."""
    import torch

    group = _choose(trials, sequence)
    generator = torch.Generator().manual_seed(0)
    with torch.no_grad():
        drawn = twin.respond(group.drive[:1].expand(draws, -1, -1), generator=generator).numpy()
    measured = group.readout.numpy()
    return Preview(
        sequence=int(group.sequence[0]),
        channels=tuple(trials.channels),
        units=tuple(trials.units),
        drive=group.drive[0].numpy(),
        measured=measured,
        bands=np.quantile(drawn, QUANTILES, axis=0),
        mean_twin=drawn.mean(0),
        correlation_measured=_correlated(measured),
        correlation_twin=_correlated(drawn),
        spectrum_measured=noise_spectrum(measured),
        spectrum_twin=noise_spectrum(drawn),
    )


def _correlated(paths: np.ndarray) -> np.ndarray:
    """Correlate what (repeat, step, channel) deviates from the mean with itself: (lag, channel)."""
    return autocorrelation(paths - paths.mean(0), paths.shape[1] // 2 + 1)


def noise_spectrum(paths: np.ndarray) -> np.ndarray:
    """Give the power of the deviations at each frequency (frequency, channel), averaged over repeats."""
    deviation = paths - paths.mean(0)
    return (np.abs(np.fft.rfft(deviation, axis=1)) ** 2).mean(0) / paths.shape[1]


def _choose(trials: Trials, sequence: int | None) -> Trials:
    import torch

    if sequence is None:
        numbers, counts = torch.unique(trials.sequence, return_counts=True)
        sequence = int(numbers[counts.argmax()])
    return trials.at(trials.sequence == sequence)
