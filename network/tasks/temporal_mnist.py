"""Handwritten digits in time: one row, or one pixel, a step."""

from nado_lab.network.tasks.digits import Source, digits
from nado_lab.network.tasks.metric import Metric
from nado_lab.network.tasks.task import Examples, Task, stratified_split
from pydantic import NonNegativeInt, PositiveInt
from torch import Tensor


def temporal_mnist(
    train: PositiveInt = 4000,
    test: PositiveInt = 1000,
    seed: NonNegativeInt = 0,
    source: Source = Source.BUNDLED,
) -> Task:
    """Load digits row by row: (trial, 28 steps, 28 features) in [0, 1]; the seed decides the split."""
    images, classes = digits(source)
    return _classify("temporal-mnist", images, classes, train, test, seed)


def pixel_mnist(
    train: PositiveInt = 4000,
    test: PositiveInt = 1000,
    seed: NonNegativeInt = 0,
    source: Source = Source.BUNDLED,
    stride: PositiveInt = 1,
) -> Task:
    """Load digits by pixels: (trial, 784 steps, 1 feature); `stride` n keeps every nth row and column."""
    images, classes = digits(source)
    pixels = images[:, ::stride, ::stride].flatten(1).unsqueeze(-1)
    return _classify("pixel-mnist", pixels, classes, train, test, seed)


def _classify(name: str, inputs: Tensor, classes: Tensor, train: int, test: int, seed: int) -> Task:
    first, second = stratified_split(classes, train, test, seed)
    return Task(
        name=name,
        metric=Metric.ACCURACY,
        outputs=int(classes.max()) + 1,
        train=Examples(inputs[first], classes[first]),
        test=Examples(inputs[second], classes[second]),
    )
