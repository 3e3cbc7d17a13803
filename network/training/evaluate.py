"""Answers and scores of a network on twins."""

import torch
from nado_lab.network.device import NetworkTwins
from nado_lab.network.device_network import DeviceNetwork
from nado_lab.network.lengths import batches, filled_up
from nado_lab.network.tasks.task import Examples, Task
from nado_lab.observer import Observer, Progress
from torch import Tensor

AT_ONCE = 250
"""Trials that are answered at once."""


@torch.no_grad()
def answer(
    network: DeviceNetwork,
    inputs: Tensor,
    twins: NetworkTwins,
    *,
    noise: bool = True,
    seed: int = 0,
    lengths: Tensor | None = None,
    observer: Observer | None = None,
) -> Tensor:
    """Answer inputs (trial, step, feature) on twins, some at a time; one noise draw each.

    Trials may have `lengths` (trial,) of their own; answers to steps after them are zero.
    """
    generator, observer = torch.Generator().manual_seed(seed), observer or Observer()
    rows, parts = batches(len(inputs), lengths, AT_ONCE), list[Tensor]()
    for some in rows:
        observer.check()
        own = None if lengths is None else lengths[some].to(network.device)
        part = inputs[some] if own is None else inputs[some, : int(own.max())]
        answers = network(part.to(network.device), twins, noise=noise, generator=generator, lengths=own)
        parts.append(filled_up(answers.cpu(), inputs.shape[1]))
        observer.progress(Progress("evaluate", len(parts) / len(rows)))
    return torch.cat(parts)[torch.argsort(torch.cat(rows))]


def score_on_twins(
    network: DeviceNetwork,
    task: Task,
    twins: NetworkTwins,
    *,
    examples: Examples | None = None,
    noise: bool = True,
    seed: int = 1,
    observer: Observer | None = None,
) -> float:
    """Score the network on twins over the task's test examples (or others), by the task's metric."""
    examples = examples or task.test
    answers = answer(
        network, examples.inputs, twins, noise=noise, seed=seed, lengths=examples.lengths, observer=observer
    )
    return score_answers(task, answers, examples)


def score_answers(task: Task, answers: Tensor, examples: Examples) -> float:
    """Score answers to examples, wherever they come from (twin or device), by the steps that count."""
    lengths = examples.lengths
    return task.metric.score(task.counted(answers, lengths), task.counted(examples.targets, lengths))
