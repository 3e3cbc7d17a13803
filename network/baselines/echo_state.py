"""An echo-state network of equal nodes (Jaeger 2001, by reservoirpy), the best of a grid of settings."""

# pyright: reportMissingTypeStubs=false

from itertools import product
from typing import NamedTuple

import torch
from nado_lab.network.baselines.row import BaselineScore
from nado_lab.network.errors import NetworkError
from nado_lab.network.step_features import features_of_steps
from nado_lab.network.tasks.task import Examples, Task
from nado_lab.network.training.evaluate import score_answers
from nado_lab.network.training.readout_fit import ridge_weights
from torch import Tensor

RADII, LEAKS, SCALES = (0.8, 0.99), (0.3, 1.0), (0.1, 0.5)
RIDGES = (1e-6, 1e-3, 1.0)
LEAST_NODES, NEIGHBOURS = 3, 10


class _Choice(NamedTuple):
    radius: float
    leak: float
    scale: float


def echo_state_baseline(
    task: Task, nodes: int, seed: int = 0, windows: int = 4, delays: int = 0
) -> BaselineScore:
    """Score an echo-state network; radius, leak, input scale and ridge are chosen on a fifth of the training.

    Classes are read from the same window means as those of a device network, series from each state, with
    `delays` together with so many states before it.
    """
    count = windows if task.is_classification else delays + 1
    if nodes < LEAST_NODES:
        raise NetworkError(f"an echo-state network has at least {LEAST_NODES} nodes, got {nodes}")
    keep = len(task.train) * 4 // 5
    trial = Task(task.name, task.metric, task.outputs, task.train[:keep], task.train[keep:], task.washout)
    ranked = [
        (_rank(task, score), choice, ridge)
        for choice in (_Choice(*values) for values in product(RADII, LEAKS, SCALES))
        for ridge, score in _scores(trial, nodes, choice, seed, count, RIDGES).items()
    ]
    _, choice, ridge = min(ranked)
    score = _scores(task, nodes, choice, seed, count, (ridge,))[ridge]
    name = f"echo-state network{f' and {delays} states before' if delays else ''}"
    return BaselineScore(name, score, nodes, task.outputs * (nodes * count + 1))


def _rank(task: Task, score: float) -> float:
    return -score if task.metric.higher_is_better else score


def _scores(
    task: Task, nodes: int, choice: _Choice, seed: int, count: int, ridges: tuple[float, ...]
) -> dict[float, float]:
    train, test = (_features(task, part, nodes, choice, seed, count) for part in (task.train, task.test))
    scores: dict[float, float] = {}
    for ridge in ridges:
        weight, bias = ridge_weights(task, train, task.train, ridge)
        answers = test.double() @ weight.T + bias
        scores[ridge] = score_answers(task, answers, task.test)
    return scores


def _features(task: Task, examples: Examples, nodes: int, choice: _Choice, seed: int, count: int) -> Tensor:
    from reservoirpy.nodes import Reservoir

    reservoir = Reservoir(
        nodes,
        sr=choice.radius,
        lr=choice.leak,
        input_scaling=choice.scale,
        rc_connectivity=min(1.0, NEIGHBOURS / nodes),
        input_connectivity=1.0,
        seed=seed,
    )
    states = torch.as_tensor(reservoir.run(examples.inputs.double().numpy())).float()
    readout = task.step_readout
    return features_of_steps(states.unsqueeze(1), readout, count, examples.lengths)
