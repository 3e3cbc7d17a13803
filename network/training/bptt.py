"""Back-propagation through time through the twins (Manneschi et al., Nat. Commun. 16, 9192, 2025)."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from nado_lab.network.device_network import DeviceNetwork
from nado_lab.network.errors import NetworkError
from nado_lab.network.run import RunOptions
from nado_lab.network.tasks.task import Examples, Task
from nado_lab.network.training.augment import shifted
from nado_lab.network.training.checkpoint import Checkpoint
from nado_lab.network.training.distributed import Part, gradients_wait, own_parts, place, summed, together
from nado_lab.network.training.loss import loss_of, range_excess
from nado_lab.network.training.optimiser import Optimiser
from nado_lab.network.training.physics_aware import PhysicsAware
from nado_lab.network.training.settings import TrainSettings, Variant
from torch import nn

CACHED_ROWS = 2048
"""Rows (trial, node) that run fastest together: measured 0.49 s against 0.7 to 1.05 s for 6400 at once."""

Progress = Callable[[dict[str, Any]], None]


@dataclass(frozen=True)
class Lesson:
    """What is trained on what, the one source of randomness, and how many trials at a time are quickest."""

    task: Task
    twins: Any
    settings: TrainSettings
    generator: torch.Generator
    fitting: int


def train_through_twins(
    network: DeviceNetwork,
    task: Task,
    twins: Any,
    settings: TrainSettings,
    progress: Progress | None = None,
    checkpoint: Checkpoint | None = None,
) -> None:
    """Train in place all parameters that require a gradient; the seed decides everything."""
    generator = torch.Generator().manual_seed(settings.seed)
    lesson = Lesson(task, twins, settings, generator, _fitting(network))
    batches = -(-len(task.train) // settings.batch)
    optimiser = Optimiser(
        network.parameters(),
        rate=settings.learning_rate,
        decay=settings.weight_decay,
        clip=settings.clip_gradient,
        total=settings.epochs * batches,
    )
    seen = checkpoint.resume(network, optimiser, lesson.generator, settings) if checkpoint else 0
    started, model = time.perf_counter(), together(_Lossy(network))
    with frozen(twins):
        for epoch in range(seen + 1, settings.epochs + 1):
            loss = _epoch(model, lesson, optimiser) / batches
            if checkpoint and place()[0] == 0:
                checkpoint.write(network, optimiser, lesson.generator, settings, epoch)
            if progress:
                progress({"epoch": epoch, "loss": loss, "seconds": time.perf_counter() - started})


class _Lossy(nn.Module):
    """A network with its loss: what the processes of a shared training run forward and backward."""

    def __init__(self, network: DeviceNetwork) -> None:
        super().__init__()
        self.network = network

    def forward(
        self, examples: Examples, lesson: Lesson, noisy: bool, generator: torch.Generator
    ) -> torch.Tensor:
        """Return the mean loss of some examples."""
        network, settings = self.network, lesson.settings
        options = RunOptions(noisy, generator, settings.truncate)
        traces = network.run(examples.inputs, lesson.twins, options)
        loss = loss_of(lesson.task, network.decode([each.readouts for each in traces]), examples.targets)
        if settings.range_penalty:
            loss = loss + settings.range_penalty * range_excess(traces, lesson.twins)
        return loss


def _epoch(model: nn.Module, lesson: Lesson, optimiser: Optimiser) -> float:
    total = 0.0
    for batch in minibatches(lesson.task.train, lesson.settings.batch, lesson.generator):
        total += _accumulate(model, batch, lesson, _noisy(lesson, optimiser.done))
        optimiser.step()
    return summed(total) / place()[1]


def _accumulate(model: nn.Module, batch: Examples, lesson: Lesson, noisy: bool) -> float:
    """Add up the gradients of the batch, part by part; return the loss of this process's parts."""
    settings = lesson.settings
    draws = settings.noise_draws if noisy else 1
    inputs = shifted(batch.inputs, settings.shift, lesson.generator).repeat(draws, 1, 1)
    wide = Examples(inputs, torch.cat([batch.targets] * draws))
    *first, last = own_parts(len(wide), settings.micro_batch, lesson.fitting, lesson.generator)
    with gradients_wait(model):
        total = sum(_backward(model, wide, part, lesson, noisy) for part in first)
    return total + _backward(model, wide, last, lesson, noisy)


def _backward(model: nn.Module, wide: Examples, part: Part, lesson: Lesson, noisy: bool) -> float:
    """Add the gradient of one part; return what it adds to the loss."""
    loss = model(wide[part.rows], lesson, noisy, part.generator) * part.weight
    if not torch.isfinite(loss):
        raise NetworkError("the loss is not finite: lower the learning rate, or refit the twin")
    loss.backward()
    return float(loss.detach())


def _fitting(network: DeviceNetwork) -> int:
    """Return how many trials at a time keep a layer's rows in the processor's cache (and memory small)."""
    return max(1, CACHED_ROWS // max(layer.nodes for layer in network.spec.layers))


def _noisy(lesson: Lesson, done: float) -> bool:
    """Decide whether the next minibatch is noisy: ever more often while the noise is ramped up."""
    settings = lesson.settings
    if settings.variant is not Variant.NOISE_AWARE:
        return False
    if done >= settings.noise_ramp:
        return True
    return float(torch.rand((), generator=lesson.generator)) < done / settings.noise_ramp


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
    elif isinstance(twins, PhysicsAware):
        yield from _parameters(twins.twin)
    elif isinstance(twins, list | tuple):
        for twin in twins:
            yield from _parameters(twin)
