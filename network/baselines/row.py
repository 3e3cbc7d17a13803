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


def counted_steps(task: Task, examples: Examples, delays: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return the steps that count as rows: inputs (row, feature) and targets (row, output).

    With `delays` the inputs of so many steps before stand beside those of each step.
    """
    both = (delayed(examples.inputs, delays), examples.targets)
    inputs, targets = (task.counted(values, examples.lengths).flatten(0, -2) for values in both)
    return inputs.numpy(), targets.numpy()


def score_rows(task: Task, answers: np.ndarray) -> float:
    """Score answers (row, output) to the steps of the test examples that count."""
    wanted = task.counted(task.test.targets, task.test.lengths)
    return task.metric.score(torch.as_tensor(answers, dtype=torch.float32).reshape(wanted.shape), wanted)
