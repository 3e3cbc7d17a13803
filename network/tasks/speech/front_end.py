"""Acoustic front ends: what of a sound reaches the device, step by step.

Transforms and filters are numpy's and scipy's; the triangles on the mel scale (2595 log10(1 + f / 700),
O'Shaughnessy 1987, as in HTK) and the ERB scale (Glasberg & Moore, Hearing Research 47, 103, 1990) are
formulas.
"""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

import numpy as np
from scipy.fft import dct
from scipy.signal import gammatone, lfilter

LOWEST_HZ, HIGHEST_SHARE = 100.0, 0.95
FLOOR_DB = 60.0
"""How far below a recording's loudest band a band still counts."""


class FrontEnd(StrEnum):
    """FILTERBANK: log energies on the mel scale; MFCC: their cosine transform; COCHLEAGRAM: gammatones."""

    FILTERBANK = "filterbank"
    MFCC = "mfcc"
    COCHLEAGRAM = "cochleagram"


@dataclass(frozen=True)
class FrontEndSettings:
    """A step lasts `step_s` and looks at twice as much sound; `bands` filters, of MFCC so many `kept`."""

    kind: FrontEnd
    rate: int
    step_s: float
    bands: int
    kept: int

    @property
    def hop(self) -> int:
        """Return the samples of a step."""
        return max(1, round(self.step_s * self.rate))


def features_of(sound: np.ndarray, settings: FrontEndSettings) -> np.ndarray:
    """Return the features (step, feature) of a sound (sample,), independent of its loudness."""
    cochlea = settings.kind is FrontEnd.COCHLEAGRAM
    energy = _cochleagram(sound, settings) if cochlea else _mel_energies(sound, settings)
    level = 10 * np.log10(np.maximum(energy / energy.max(), 10 ** (-FLOOR_DB / 10)))
    if settings.kind is FrontEnd.MFCC:
        return np.asarray(dct(level, axis=1, norm="ortho"))[:, : settings.kept]
    return level


def _frames(values: np.ndarray, hop: int, size: int) -> np.ndarray:
    """Cut values (sample, ·) into frames (step, size, ·), one every `hop`, centred on its step."""
    steps, before = max(1, -(-len(values) // hop)), (size - hop) // 2
    after = (steps - 1) * hop + size - before - len(values)
    padded = np.pad(values, ((before, max(0, after)), *((0, 0),) * (values.ndim - 1)))
    return np.stack([padded[step * hop : step * hop + size] for step in range(steps)])


def _mel_energies(sound: np.ndarray, settings: FrontEndSettings) -> np.ndarray:
    size = 2 * settings.hop
    frames = _frames(sound, settings.hop, size) * np.hanning(size + 2)[1:-1]
    bins = 1 << max(9, (size - 1).bit_length())
    power = np.square(np.abs(np.fft.rfft(frames, bins, axis=1)))
    return power @ mel_triangles(settings.rate, bins, settings.bands).T


@lru_cache(maxsize=8)
def mel_triangles(rate: int, bins: int, bands: int) -> np.ndarray:
    """Return triangles (band, frequency) evenly spaced on the mel scale, for a transform of `bins`."""
    low, high = (2595 * np.log10(1 + hz / 700) for hz in (LOWEST_HZ, HIGHEST_SHARE * rate / 2))
    edges = 700 * (10 ** (np.linspace(low, high, bands + 2) / 2595) - 1)
    frequency = np.arange(bins // 2 + 1) * rate / bins
    rising = (frequency - edges[:-2, None]) / (edges[1:-1] - edges[:-2])[:, None]
    falling = (edges[2:, None] - frequency) / (edges[2:] - edges[1:-1])[:, None]
    return np.clip(np.minimum(rising, falling), 0, None)


def _cochleagram(sound: np.ndarray, settings: FrontEndSettings) -> np.ndarray:
    """Filter by gammatones and average what is left of each band, rectified, over the steps."""
    filters = [gammatone(hz, "iir", fs=settings.rate) for hz in erb_centres(settings.rate, settings.bands)]
    heard = np.stack([np.maximum(lfilter(b, a, sound), 0) for b, a in filters], axis=1)
    window = np.hanning(2 * settings.hop + 2)[1:-1]
    energy = np.einsum("tsb,s->tb", _frames(heard, settings.hop, 2 * settings.hop), window)
    return np.square(energy) + np.finfo(float).tiny


@lru_cache(maxsize=8)
def erb_centres(rate: int, bands: int) -> tuple[float, ...]:
    """Return centre frequencies (band,) in Hz, evenly spaced in equivalent rectangular bandwidths."""
    low, high = (21.4 * np.log10(1 + 0.00437 * hz) for hz in (LOWEST_HZ, HIGHEST_SHARE * rate / 2))
    return tuple((10 ** (np.linspace(low, high, bands) / 21.4) - 1) / 0.00437)
