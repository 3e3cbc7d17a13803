"""Trials of unequal length side by side: which steps are a trial's own, and which are padding."""

from __future__ import annotations

import torch
from nado_lab.network.errors import TaskError
from torch import Tensor, nn


def own_steps(lengths: Tensor, steps: int) -> Tensor:
    """Tell which of so many steps belong to trials of these lengths (trial,): (trial, step)."""
    return torch.arange(steps, device=lengths.device) < lengths.unsqueeze(1)


def own_rows(values: Tensor, lengths: Tensor | None) -> Tensor:
    """Leave out the padding of values (trial, step, value): (row, value); without lengths all stays."""
    return values if lengths is None else values[own_steps(lengths, values.shape[1])]


def check_lengths(lengths: Tensor, trials: int, steps: int) -> None:
    """Refuse lengths that are not a whole number from 1 to `steps` for each trial."""
    whole = lengths.ndim == 1 and not lengths.is_floating_point() and len(lengths) == trials
    if not whole or not trials or int(lengths.min()) < 1 or int(lengths.max()) > steps:
        raise TaskError(
            f"lengths must be {trials} whole numbers from 1 to {steps} (steps), one a trial; got "
            f"{lengths.dtype} {tuple(lengths.shape)}"
            + (f" from {int(lengths.min())} to {int(lengths.max())}" if whole and trials else "")
        )


def batches(trials: int, lengths: Tensor | None, size: int) -> list[Tensor]:
    """Split trials into batches of indices, in order; of unequal ones those of like length together."""
    order = torch.arange(trials) if lengths is None else torch.argsort(lengths, stable=True)
    return list(torch.split(order, size))


def filled_up(values: Tensor, steps: int) -> Tensor:
    """Pad values (trial, step, value) with zeros up to so many steps; values (trial, value) stay."""
    return nn.functional.pad(values, (0, 0, 0, steps - values.shape[1])) if values.ndim == 3 else values


def window_weights(lengths: Tensor, steps: int, windows: int) -> Tensor:
    """Weigh steps so that sums are means over `windows` stretches of each trial: (trial, window, step).

    The stretches are those of `torch.tensor_split` over the trial's own steps; where it has fewer steps than
    there are windows, a step stands for several.
    """
    window, length = torch.arange(windows, device=lengths.device), lengths.unsqueeze(1)
    size, more = length // windows, length % windows
    first = torch.where(size > 0, window * size + torch.minimum(window, more), window * length // windows)
    count = (size + (window < more)).clamp_min(1).masked_fill(size == 0, 1)
    step = torch.arange(steps, device=lengths.device)
    inside = (step >= first.unsqueeze(2)) & (step < (first + count).unsqueeze(2))
    return inside.float() / count.unsqueeze(2)
