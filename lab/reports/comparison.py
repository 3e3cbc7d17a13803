"""A twin beside measured repeats, as arrays to draw: bands, deviations, correlations, spectra, coverage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from nado_lab.lab.reports.autocorrelation import autocorrelation

if TYPE_CHECKING:
    from nado_lab.twin import Trials, Twin

DRAWS = 200
MOST_SEQUENCES = 60
MOST_CHANNELS = 16
SHARES = np.linspace(0.05, 0.95, 19)


@dataclass(frozen=True)
class Comparison:
    """One entry a sequence: drive (step, port), measured and drawn (repeat or draw, step, channel).

    Readouts in device units; `centre` and `scale` (channel,) are mean and deviation of the trials the twin
    was fitted to, `step_s` in s.
    """

    drive: list[np.ndarray]
    measured: list[np.ndarray]
    drawn: list[np.ndarray]
    channels: tuple[str, ...]
    units: tuple[str, ...]
    centre: np.ndarray
    scale: np.ndarray
    step_s: float

    @property
    def has_repeats(self) -> bool:
        """Tell whether there are repeats enough to halve."""
        return min(map(len, self.measured)) >= 4

    def normal(self) -> tuple[list[np.ndarray], list[np.ndarray]]:
        """Return measured and drawn in units of `scale` about `centre`; of many channels some."""
        count = len(self.channels)
        shown = np.unique(np.linspace(0, count - 1, min(count, MOST_CHANNELS)).round().astype(int))
        centre, scale = self.centre[shown], self.scale[shown]
        measured = [(each[..., shown] - centre) / scale for each in self.measured]
        return measured, [(each[..., shown] - centre) / scale for each in self.drawn]


def compare(twin: Twin, trials: Trials, seed: int = 0) -> Comparison:
    """Let the twin answer the drives of the trials, DRAWS times a sequence, from the same starts."""
    import torch
    from nado_lab.twin.evaluation.evaluate import answer

    generator = torch.Generator().manual_seed(seed)
    drive, measured, drawn = [], [], []
    with torch.no_grad():
        for group in trials.groups()[:MOST_SEQUENCES]:
            truth, draws = answer(twin, group, -(-DRAWS // len(group)), generator)
            drive.append(group.drive[0, -truth.shape[1] :].numpy())
            measured.append(truth.numpy())
            drawn.append(draws.flatten(0, 1).numpy())
    centre, scale = twin.readout_mean.numpy(), twin.readout_std.numpy()
    return Comparison(drive, measured, drawn, twin.channels, twin.units, centre, scale, twin.step_s)


def halves(measured: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Halve repeats (repeat, ...): even and odd ones, which drift alike."""
    return measured[::2], measured[1::2]


def deviations(paths: np.ndarray) -> np.ndarray:
    """Return the deviations of paths (path, step, channel) from their mean, unbiased for few paths."""
    return (paths - paths.mean(0)) * np.sqrt(len(paths) / max(len(paths) - 1, 1))


def correlation(parts: list[np.ndarray], lags: int) -> np.ndarray:
    """Correlate deviations (path, step, channel) of every part over lags (lag,), mean over channels."""
    return np.mean([autocorrelation(deviation, lags).mean(1) for deviation in parts], axis=0)


def spectrum(parts: list[np.ndarray], step_s: float) -> tuple[np.ndarray, np.ndarray]:
    """Return frequency (Hz) and the one-sided power density (1/Hz) of deviations, mean over everything."""
    steps = parts[0].shape[1]
    power = [np.square(np.abs(np.fft.rfft(part, axis=1))).mean((0, 2)) for part in parts]
    density = 2 * step_s / steps * np.mean(power, axis=0)
    return np.fft.rfftfreq(steps, step_s)[1:], density[1:]


def ranks(measured: np.ndarray, drawn: np.ndarray, seed: int = 0) -> np.ndarray:
    """Return where each measured value lies among the draws, 0 to 1, ties parted at random: all in a row."""
    ordered = np.sort(drawn, axis=0)
    below = np.array([(ordered < value).sum(0) for value in measured])
    random = np.random.default_rng(seed).random(below.shape)
    return ((below + random) / (len(drawn) + 1)).ravel()


def coverage(place: np.ndarray) -> np.ndarray:
    """Return the share of ranks inside each central band of SHARES."""
    return np.array([(np.abs(place - 0.5) <= share / 2).mean() for share in SHARES])
