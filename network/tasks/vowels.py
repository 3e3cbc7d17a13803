"""Spoken Japanese vowels: nine speakers, twelve cepstral coefficients (Kudo et al. 1999), fetched once."""

# pyright: reportMissingTypeStubs=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

import numpy as np
import torch
from nado_lab.network.errors import TaskError
from nado_lab.network.tasks.metric import Metric
from nado_lab.network.tasks.series import standardise
from nado_lab.network.tasks.task import Examples, Task
from pydantic import NonNegativeInt, PositiveInt
from torch import Tensor

STEPS = 29
Arrays = list[np.ndarray]


def japanese_vowels(train: PositiveInt = 270, test: PositiveInt = 370, seed: NonNegativeInt = 0) -> Task:
    """Load the standard split (270/370) as (trial, 29 steps, 12 features); short utterances end in zeros.

    The seed shuffles the examples, so that `train` and `test` may be smaller.
    """
    from reservoirpy.datasets import japanese_vowels as fetch

    try:
        x_train, x_test, y_train, y_test = fetch()
    except OSError as error:
        raise TaskError(f"the Japanese vowels could not be fetched ({error})") from error
    first = _examples(x_train, y_train, train, seed, x_train)
    return Task("japanese-vowels", Metric.ACCURACY, 9, first, _examples(x_test, y_test, test, seed, x_train))


def _examples(blocks: Arrays, labels: Arrays, count: int, seed: int, like: Arrays) -> Examples:
    reference = torch.as_tensor(np.concatenate(like)).float()
    inputs = torch.stack([_padded(standardise(torch.as_tensor(b).float(), reference)) for b in blocks])
    classes = torch.tensor([int(np.argmax(label)) for label in labels])
    order = torch.randperm(len(inputs), generator=torch.Generator().manual_seed(seed))[:count]
    return Examples(inputs[order], classes[order])


def _padded(block: Tensor) -> Tensor:
    return torch.nn.functional.pad(block, (0, 0, 0, STEPS - len(block)))
