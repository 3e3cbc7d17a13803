"""Training inputs moved a little in time and across features."""

import torch
from torch import Tensor


def shifted(inputs: Tensor, most: int, generator: torch.Generator) -> Tensor:
    """Move each trial of inputs (trial, step, feature) by up to `most` steps and features; zeros fill."""
    if most == 0:
        return inputs
    trials, steps, features = inputs.shape
    padded = torch.nn.functional.pad(inputs, (most, most, most, most))
    first = torch.randint(0, 2 * most + 1, (2, trials, 1), generator=generator)
    step = first[0] + torch.arange(steps)
    feature = first[1] + torch.arange(features)
    return padded[torch.arange(trials)[:, None, None], step[:, :, None], feature[:, None, :]]
