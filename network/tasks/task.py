"""What a task is: examples to train on, examples to test on, and how an answer is scored."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from dataclasses import dataclass, replace

import torch
from nado_lab.network.errors import TaskError
from nado_lab.network.lengths import check_lengths, own_steps
from nado_lab.network.spec import StepReadout
from nado_lab.network.tasks.metric import Metric
from torch import Tensor


@dataclass(frozen=True)
class Examples:
    """Inputs (trial, step, feature) with targets: classes (trial,) or values (trial, step, output).

    Of trials of unequal length `lengths` (trial,) tells how many steps are each one's own; those after them
    are padding, which never counts. Without it all steps of all trials count.
    """

    inputs: Tensor
    targets: Tensor
    lengths: Tensor | None = None

    def __post_init__(self) -> None:
        """Refuse lengths that do not fit the inputs."""
        if self.lengths is not None and len(self.inputs):
            check_lengths(self.lengths, *self.inputs.shape[:2])

    def __len__(self) -> int:
        """Return the number of trials."""
        return len(self.inputs)

    def __getitem__(self, index: slice | Tensor) -> "Examples":
        """Return some of the trials."""
        lengths = None if self.lengths is None else self.lengths[index]
        return Examples(self.inputs[index], self.targets[index], lengths)

    def to(self, device: torch.device) -> "Examples":
        """Return the examples on a device."""
        lengths = None if self.lengths is None else self.lengths.to(device)
        return Examples(self.inputs.to(device), self.targets.to(device), lengths)

    def single(self) -> "Examples":
        """Return the examples in single precision; classes stay whole numbers, padding becomes zero."""
        targets = self.targets.float() if self.targets.is_floating_point() else self.targets
        inputs = self.inputs.float()
        if self.lengths is not None:
            padding = ~own_steps(self.lengths, inputs.shape[1])
            inputs = inputs.masked_fill(padding.unsqueeze(2), 0.0)
        return Examples(inputs, targets, self.lengths)

    def trimmed(self) -> "Examples":
        """Return the examples without the steps that are padding in all of them."""
        if self.lengths is None:
            return self
        steps = int(self.lengths.max())
        targets = self.targets[:, :steps] if self.targets.ndim == 3 else self.targets
        return Examples(self.inputs[:, :steps], targets, self.lengths)


@dataclass(frozen=True)
class Task:
    """Training and test examples of one problem; `washout` steps at the start of a trial do not count."""

    name: str
    metric: Metric
    outputs: int
    train: Examples
    test: Examples
    washout: int = 0

    def single(self) -> "Task":
        """Return the task in single precision, in which twins and networks compute."""
        return replace(self, train=self.train.single(), test=self.test.single())

    @property
    def is_classification(self) -> bool:
        """Tell whether each trial is answered by a class; otherwise each step is by values."""
        return self.metric.is_classification

    def first_tests(self, count: int) -> "Task":
        """Return the task with the first `count` of its test examples."""
        return replace(self, test=self.test[:count])

    def counted(self, values: Tensor, lengths: Tensor | None = None) -> Tensor:
        """Leave out the washout of values (trial, step, output); answers of whole trials all count.

        Of trials of unequal length the steps that count come one after another: (row, output).
        """
        if values.ndim != 3:
            return values
        if lengths is None:
            return values[:, self.washout :]
        return values[:, self.washout :][own_steps(lengths - self.washout, values.shape[1] - self.washout)]

    @property
    def step_readout(self) -> StepReadout:
        """Return how the steps of a trial usually reach the readout."""
        return StepReadout.WINDOWS if self.is_classification else StepReadout.EACH


def stratified_split(classes: Tensor, train: int, test: int, seed: int) -> tuple[Tensor, Tensor]:
    """Choose `train` and `test` indices, disjoint, with every class in its share; the seed decides."""
    if train < 1 or test < 1 or train + test > len(classes):
        raise TaskError(f"a split into {train} + {test} needs so many examples; there are {len(classes)}")
    shuffled = torch.randperm(len(classes), generator=torch.Generator().manual_seed(seed))
    interleaved = _interleave(classes[shuffled], shuffled)
    return interleaved[:train], interleaved[train : train + test]


def _interleave(classes: Tensor, order: Tensor) -> Tensor:
    place = torch.empty(len(classes), dtype=torch.float64)
    for label in classes.unique():
        mine = torch.nonzero(classes == label).squeeze(1)
        place[mine] = (torch.arange(len(mine), dtype=torch.float64) + 0.5) / len(mine)
    return order[torch.argsort(place, stable=True)]
