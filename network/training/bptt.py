"""Back-propagation through time through the twins (Manneschi et al., Nat. Commun. 16, 9192, 2025)."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor, nn

from network.device_network import DeviceNetwork
from network.errors import NetworkError
from network.tasks.task import Examples, Metric, Task
from network.training.settings import TrainSettings, Variant

Progress = Callable[[dict[str, Any]], None]


def train_through_twins(
    network: DeviceNetwork, task: Task, twins: Any, settings: TrainSettings, progress: Progress | None = None
) -> None:
    """Train all weights in place by Adam with one learning-rate cycle; the seed decides everything."""
    generator = torch.Generator().manual_seed(settings.seed)
    optimiser = torch.optim.AdamW(
        network.parameters(), lr=settings.learning_rate, weight_decay=settings.weight_decay
    )
    batches = -(-len(task.train) // settings.batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(
        optimiser, settings.learning_rate, total_steps=settings.epochs * batches, pct_start=0.25
    )
    started = time.perf_counter()
    with frozen(twins):
        for epoch in range(settings.epochs):
            losses = []
            for batch in minibatches(task.train, settings.batch, generator):
                losses.append(_update(network, batch, task, twins, settings, optimiser, generator))
                schedule.step()
            if progress:
                loss = sum(losses) / len(losses)
                progress({"epoch": epoch + 1, "loss": loss, "seconds": time.perf_counter() - started})


def _update(
    network: DeviceNetwork,
    batch: Examples,
    task: Task,
    twins: Any,
    settings: TrainSettings,
    optimiser: torch.optim.Optimizer,
    generator: torch.Generator,
) -> float:
    noisy = settings.variant is Variant.NOISE_AWARE
    draws = settings.noise_draws if noisy else 1
    inputs = batch.inputs.repeat(draws, 1, 1)
    answers = network(inputs, twins, noise=noisy, generator=generator)
    loss = loss_of(task, answers, torch.cat([batch.targets] * draws))
    if not torch.isfinite(loss):
        raise NetworkError("the loss is not finite: lower the learning rate, or refit the twin")
    optimiser.zero_grad(set_to_none=True)
    loss.backward()
    nn.utils.clip_grad_norm_(network.parameters(), settings.clip_gradient)
    optimiser.step()
    return float(loss.detach())


def loss_of(task: Task, answers: Tensor, targets: Tensor) -> Tensor:
    """Return the cross entropy of classes, or the mean square error after the washout."""
    if task.metric is Metric.ACCURACY:
        return nn.functional.cross_entropy(answers, targets)
    return nn.functional.mse_loss(answers[:, task.washout :], targets[:, task.washout :])


def minibatches(examples: Examples, size: int, generator: torch.Generator) -> Iterator[Examples]:
    """Yield the examples once in random order, `size` at a time."""
    order = torch.randperm(len(examples), generator=generator)
    for start in range(0, len(examples), size):
        yield examples[order[start : start + size]]


@contextmanager
def frozen(twins: Any) -> Iterator[None]:
    """Keep the twins' own parameters out of the gradient; restore them afterwards."""
    held = [p for p in _parameters(twins) if p.requires_grad]
    for parameter in held:
        parameter.requires_grad_(False)
    try:
        yield
    finally:
        for parameter in held:
            parameter.requires_grad_(True)


def _parameters(twins: Any) -> Iterator[nn.Parameter]:
    if isinstance(twins, nn.Module):
        yield from twins.parameters()
    elif isinstance(twins, list | tuple):
        for twin in twins:
            yield from _parameters(twin)
