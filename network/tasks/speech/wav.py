"""One WAV file as sound: any sampling rate, 8 to 32 bit, one or several channels, read by scipy."""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

import warnings
from fractions import Fraction
from pathlib import Path

import numpy as np
from nado_lab.network.errors import TaskError
from scipy.io import wavfile
from scipy.signal import resample_poly

SILENCE_FRAME_S = 0.01
MOST_TERM = 10_000
"""Rates are brought to a ratio of whole numbers up to this before resampling."""


def read_wav(path: Path, rate: int) -> np.ndarray:
    """Return the sound (sample,) of a WAV file at `rate` samples/s, channels averaged, in [-1, 1].

    A file that is empty, no WAV file, truncated or without a sample raises a TaskError of one line.
    """
    found, samples = _read(path)
    sound = _as_unit(samples)
    sound = sound.mean(axis=1) if sound.ndim == 2 else sound
    if not sound.size or found <= 0:
        raise TaskError(f"{path}: expected sound, found a WAV file without a sample")
    if not np.isfinite(sound).all():
        raise TaskError(f"{path}: expected finite samples, found some that are not")
    if found == rate:
        return sound
    ratio = Fraction(rate, found).limit_denominator(MOST_TERM)
    return np.asarray(resample_poly(sound, ratio.numerator, ratio.denominator))


def cut_silence(sound: np.ndarray, rate: int, below_db: float) -> np.ndarray:
    """Leave out what is before and after the word: 10 ms frames `below_db` under the loudest."""
    size = max(1, round(SILENCE_FRAME_S * rate))
    frames = np.pad(sound, (0, -len(sound) % size)).reshape(-1, size)
    power = np.square(frames).mean(axis=1)
    (loud,) = np.nonzero(power > power.max() * 10 ** (-below_db / 10))
    if not len(loud):
        return sound[:0]
    return sound[loud[0] * size : (loud[-1] + 1) * size]


def _read(path: Path) -> tuple[int, np.ndarray]:
    try:
        if not path.stat().st_size:
            raise TaskError(f"{path}: expected a WAV file, found an empty one")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", wavfile.WavFileWarning)  # chunks that hold no sound
            warnings.filterwarnings("error", "Reached EOF", wavfile.WavFileWarning)
            return wavfile.read(path)
    except wavfile.WavFileWarning as error:
        raise TaskError(f"{path}: the WAV file is truncated ({error})") from error
    except OSError as error:
        raise TaskError(f"{path} could not be read: {error.strerror or error}") from error
    except TaskError:
        raise
    except Exception as error:
        raise TaskError(f"{path}: expected a whole WAV file; {' '.join(str(error).split())}") from error


def _as_unit(samples: np.ndarray) -> np.ndarray:
    """Scale samples as scipy gives them: 8 bit unsigned, 24 bit at the top of 32 bit, floats as they are."""
    if samples.dtype == np.uint8:
        return (samples.astype(float) - 128) / 128
    if samples.dtype.kind == "i":
        return samples.astype(float) / 2.0 ** (8 * samples.dtype.itemsize - 1)
    return samples.astype(float)
