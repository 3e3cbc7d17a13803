"""Answers and scores of a network on twins."""

import torch
from nado_lab.network.device import NetworkTwins
from nado_lab.network.device_network import DeviceNetwork
from nado_lab.network.tasks.task import Examples, Task
from nado_lab.observer import Observer, Progress
from torch import Tensor


@torch.no_grad()
def answer(
    network: DeviceNetwork,
    inputs: Tensor,
    twins: NetworkTwins,
    *,
    noise: bool = True,
    seed: int = 0,
    batch: int = 250,
    observer: Observer | None = None,
) -> Tensor:
    """Answer inputs (trial, step, feature) on twins, `batch` trials at a time; one noise draw each."""
    generator, observer = torch.Generator().manual_seed(seed), observer or Observer()
    batches, parts = torch.split(inputs, batch), list[Tensor]()
    for part in batches:
        observer.check()
        parts.append(network(part.to(network.device), twins, noise=noise, generator=generator).cpu())
        observer.progress(Progress("evaluate", len(parts) / len(batches)))
    return torch.cat(parts)


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
    answers = answer(network, examples.inputs, twins, noise=noise, seed=seed, observer=observer)
    return score_answers(task, answers, examples.targets)


def score_answers(task: Task, answers: Tensor, targets: Tensor) -> float:
    """Score answers, wherever they come from (twin or device), leaving out the task's washout."""
    return task.metric.score(task.counted(answers), task.counted(targets))
