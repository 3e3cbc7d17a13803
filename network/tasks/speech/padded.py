"""Sequences of unequal length as examples: padded, and standardised by the training sequences."""

import numpy as np
import torch
from nado_lab.network.lengths import own_rows
from nado_lab.network.tasks.metric import Metric
from nado_lab.network.tasks.series import standardise
from nado_lab.network.tasks.task import Examples, Task
from torch import Tensor

Sequences = list[np.ndarray]


def padded(sequences: Sequences, classes: Tensor) -> Examples:
    """Lay sequences (step, feature) side by side: (trial, step, feature), with their lengths."""
    rows = [torch.as_tensor(np.ascontiguousarray(each)).float() for each in sequences]
    lengths = torch.tensor([len(each) for each in rows])
    return Examples(torch.nn.utils.rnn.pad_sequence(rows, batch_first=True), classes, lengths)


def classification(name: str, train: Examples, test: Examples, outputs: int) -> Task:
    """Make a task of padded examples, standardised by the training sequences' own steps."""
    like = own_rows(train.inputs, train.lengths)
    both = [Examples(standardise(each.inputs, like), each.targets, each.lengths) for each in (train, test)]
    return Task(name, Metric.ACCURACY, outputs, both[0].single(), both[1].single())


def some(examples: Examples, count: int | None, seed: int) -> Examples:
    """Return so many of the examples (None: all) in an order that the seed decides."""
    order = torch.randperm(len(examples), generator=torch.Generator().manual_seed(seed))
    return examples[order if count is None else order[:count]]
