"""What a network is worth on its twin and on the device, and how far the two lie apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from nado_lab.network import TransferGap, Variant, answer, score_answers, transfer_gap

if TYPE_CHECKING:
    import numpy as np
    from nado_lab.network import DeviceNetwork, Task
    from nado_lab.twin import Twin
    from torch import Tensor

TWIN_DRAWS = 5
"""How often the twins answer, each time with noise of their own; a deterministic network's answer once."""


def twin_answers(
    network: DeviceNetwork, task: Task, twins: Sequence[Twin | list[Twin]], variant: Variant, seed: int
) -> list[Tensor]:
    """Answer the task's test examples on the twins: some draws of (trial[, step], output)."""
    noisy = variant is not Variant.DETERMINISTIC
    return [
        answer(network, task.test.inputs, twins, noise=noisy, seed=seed + draw, lengths=task.test.lengths)
        for draw in range(TWIN_DRAWS if noisy else 1)
    ]


def compare(task: Task, on_twin: Sequence[Tensor], on_device: np.ndarray, seed: int) -> TransferGap:
    """Hold the device's answers (trial[, step], output) against draws of the twins' by the task's metric."""
    return transfer_gap(task, on_twin, torch.as_tensor(on_device), seed=seed)


def mean_score(task: Task, answers: Sequence[Tensor]) -> float:
    """Score several draws of answers to the test examples; give the mean."""
    scores = [score_answers(task, draw, task.test) for draw in answers]
    return sum(scores) / len(scores)
