"""How answers are scored: the one place where an accuracy and a normalised error are defined."""

from enum import StrEnum

from nado_lab.network.errors import TaskError
from torch import Tensor


class Metric(StrEnum):
    """How answers are scored: the share of classes that are right, or the error of values."""

    ACCURACY = "accuracy"
    NRMSE = "nrmse"

    @property
    def is_classification(self) -> bool:
        """Tell whether answers are classes, one a trial; otherwise they are values."""
        return self is Metric.ACCURACY

    @property
    def higher_is_better(self) -> bool:
        """Tell whether a larger score is a better one."""
        return self is Metric.ACCURACY

    def score(self, answers: Tensor, targets: Tensor) -> float:
        """Score answers (trial, class) against classes (trial,), or (..., output) against values alike."""
        if self.is_classification:
            return float((answers.argmax(-1) == targets).double().mean())
        return normalised_error(answers, targets)


def normalised_error(answers: Tensor, targets: Tensor) -> float:
    """Return the root mean square error of values (..., output), each output by its own deviation."""
    if answers.shape != targets.shape or targets.ndim < 2:
        raise TaskError(
            f"answers and targets must both be (trial, output) or (trial, step, output); "
            f"got {tuple(answers.shape)} and {tuple(targets.shape)}"
        )
    within = tuple(range(targets.ndim - 1))
    error = (answers - targets).double().pow(2).mean(within)
    return float((error / targets.double().var(within, unbiased=False)).mean().sqrt())
