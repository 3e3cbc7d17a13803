"""A row of the table of baselines."""

from dataclasses import dataclass

import numpy as np
import torch
from nado_lab.network.step_features import delayed
from nado_lab.network.tasks.task import Examples, Task


@dataclass(frozen=True)
class BaselineScore:
    """What a baseline scored on the test examples, with its nodes and its trained parameters."""

    name: str
    score: float
    nodes: int
    parameters: int


def counted_steps(examples: Examples, washout: int, delays: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return the steps after the washout as rows: inputs (row, feature) and targets (row, output).

    With `delays` the inputs of so many steps before stand beside those of each step.
    """
    inputs, targets = delayed(examples.inputs, delays)[:, washout:], examples.targets[:, washout:]
    return inputs.flatten(0, 1).numpy(), targets.flatten(0, 1).numpy()


def score_rows(task: Task, answers: np.ndarray) -> float:
    """Score answers (row, output) to the steps of the test examples after the washout."""
    shape = (len(task.test), -1, task.outputs)
    wanted = task.test.targets[:, task.washout :]
    return task.metric.score(torch.as_tensor(answers, dtype=torch.float32).reshape(shape), wanted)
