"""MNIST-1D: ten one-dimensional shapes, shifted, scaled, sheared and noisy (Greydanus, arXiv 2011.14439).

Our own generator from the published recipe: a template of 12 points is padded with zeros, stretched to
72 points, scaled, shifted around, given correlated noise where it was zero and white noise everywhere,
sheared, and resampled to 40 points.
"""

# pyright: reportMissingTypeStubs=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

import numpy as np
import torch
from nado_lab.network.tasks.metric import Metric
from nado_lab.network.tasks.task import Examples, Task, stratified_split
from pydantic import NonNegativeInt, PositiveInt

LENGTH, STRETCHED = 40, 72
PADDING, SHIFT, SCALE, SHEAR = (36, 60), 48, 0.4, 0.75
CORRELATED, WHITE = 0.25, 0.02
TEMPLATES = np.array(
    [
        [5, 6, 6.5, 6.75, 7, 7, 7, 7, 6.75, 6.5, 6, 5],
        [5, 3, 3, 3.4, 3.8, 4.2, 4.6, 5, 5.4, 5.8, 5, 5],
        [5, 6, 6.5, 6.5, 6, 5.25, 4.75, 4, 3.5, 3.5, 4, 5],
        [5, 6, 6.5, 6.5, 6, 5, 5, 6, 6.5, 6.5, 6, 5],
        [5, 4.4, 3.8, 3.2, 2.6, 2.6, 5, 5, 5, 5, 5, 5],
        [5, 3, 3, 3, 3, 5, 6, 6.5, 6.5, 6, 4.5, 5],
        [5, 4, 3.5, 3.25, 3, 3, 3, 3, 3.25, 3.5, 4, 5],
        [5, 7, 7, 6.6, 6.2, 5.8, 5.4, 5, 4.6, 4.2, 5, 5],
        [5, 4, 3.5, 3.5, 4, 5, 5, 4, 3.5, 3.5, 4, 5],
        [5, 4, 3.5, 3.5, 4, 5, 5, 5, 5, 4.7, 4.3, 5],
    ]
)


def mnist1d(train: PositiveInt = 4000, test: PositiveInt = 1000, seed: NonNegativeInt = 0) -> Task:
    """Generate (trial, 40 steps, 1 feature), about [-4, 4], with ten classes in equal numbers."""
    random = np.random.default_rng([42, seed])
    classes = torch.arange(train + test) % len(TEMPLATES)
    signals = np.stack([_signal(template, random) for template in _whitened()[classes.numpy()]])
    inputs = torch.as_tensor(signals).float().unsqueeze(-1)
    first, second = stratified_split(classes, train, test, seed)
    return Task(
        name="mnist-1d",
        metric=Metric.ACCURACY,
        outputs=len(TEMPLATES),
        train=Examples(inputs[first], classes[first]),
        test=Examples(inputs[second], classes[second]),
    )


def _whitened() -> np.ndarray:
    centred = TEMPLATES - TEMPLATES.mean(1, keepdims=True)
    scaled = centred / centred.std(1, keepdims=True)
    return (scaled - scaled[:, :1]) / 6.0


def _signal(template: np.ndarray, random: np.random.Generator) -> np.ndarray:
    from scipy.ndimage import gaussian_filter

    padding = random.integers(PADDING[0], PADDING[1] + 1)
    shape = _resample(np.concatenate([template + 1e-8, np.zeros(padding)]), STRETCHED)
    shape = np.roll(shape * (1 + SCALE * (random.random() - 0.5)), random.integers(SHIFT))
    correlated = gaussian_filter(CORRELATED * random.standard_normal(STRETCHED), 2)
    noisy = np.where(shape != 0, shape, correlated) + WHITE * random.standard_normal(STRETCHED)
    sheared = noisy - SHEAR * (random.random() - 0.5) * np.linspace(-0.5, 0.5, STRETCHED)
    return 10.0 * _resample(sheared, LENGTH)


def _resample(values: np.ndarray, length: int) -> np.ndarray:
    return np.interp(np.linspace(0, 1, length), np.linspace(0, 1, len(values)), values)
