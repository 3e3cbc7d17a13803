"""Fold raw samples into the steps of their inputs."""

import numpy as np
from nado_lab.lab.store.errors import StoreError
from nado_lab.lab.store.imports.options import ImportOptions, SampleReduction


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
    wave = samples.reshape(trials, steps, per_step, channels)
    if options.readout is SampleReduction.SAMPLES:
        return samples, None, np.repeat(np.arange(steps), per_step)
    readout = wave.mean(axis=2) if options.readout is SampleReduction.MEAN else wave[:, :, -1]
    return readout, wave, np.arange(steps)
