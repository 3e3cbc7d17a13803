"""Fold raw samples into the steps of their inputs."""

import numpy as np
from nado_lab.lab.store.errors import StoreError
from nado_lab.lab.store.imports.options import ImportOptions, SampleReduction
from scipy.signal import butter, sosfiltfilt

ORDER = 2
"""Of the filter that is run once each way, which makes it of order 4."""


def fold(
    samples: np.ndarray, steps: int, options: ImportOptions
) -> tuple[np.ndarray, np.ndarray | None, np.ndarray]:
    """Fold raw samples (trial, sample, channel) into `steps` steps.

    Returns readout (trial, step, channel), waveform (trial, step, sample, channel) or None, and the
    step (output step,) of the input that each readout belongs to.
    """
    trials, total, channels = samples.shape
    per_step = options.samples_per_step
    if per_step is None:
        hint = f" ({total} samples and {steps} inputs suggest {total // steps})" if total >= steps else ""
        raise StoreError(f"the file does not say how many samples a step has: give --samples-per-step{hint}")
    if steps * per_step != total:
        raise StoreError(
            f"{steps} inputs of {per_step} samples make {steps * per_step} samples; the file has {total}"
        )
    if options.band_pass:
        samples = band_passed(samples, per_step, options)
    wave = samples.reshape(trials, steps, per_step, channels)
    if options.readout is SampleReduction.SAMPLES:
        return samples, None, np.repeat(np.arange(steps), per_step)
    readout = wave.mean(axis=2) if options.readout is SampleReduction.MEAN else wave[:, :, -1]
    return readout, wave if options.keep_waveform else None, np.arange(steps)


def band_passed(samples: np.ndarray, per_step: int, options: ImportOptions) -> np.ndarray:
    """Keep of raw samples (trial, sample, channel) what lies between two frequencies in Hz.

    A Butterworth filter of order ORDER, forward and backward: nothing is delayed, but what comes later
    shows up to about a period of the lower frequency before.
    """
    if len(options.band_pass) != 2 or not options.step_seconds:
        raise StoreError("a band-pass needs two frequencies in Hz, and --step-seconds for the sample rate")
    low, high = options.band_pass
    rate = per_step / options.step_seconds
    if not 0 < low < high < rate / 2:
        raise StoreError(
            f"the band {low:g} to {high:g} Hz must lie above 0 and below {rate / 2:g} Hz, half its rate"
        )
    sections = butter(ORDER, (low, high), btype="bandpass", fs=rate, output="sos")
    return sosfiltfilt(sections, samples, axis=1)
