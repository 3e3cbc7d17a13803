"""Training shared out between the processes of `torchrun`: each takes parts of every minibatch.

All processes draw the same minibatches from the same seed. A part has a noise seed of its own, drawn in
order, so its noise does not depend on which process it falls to: the gradients add up to those of one process
that takes the same parts (PyTorch's DistributedDataParallel averages them; Li et al., VLDB 13, 2020).
"""

# pyright: reportUnknownMemberType=false

import os
from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass

import torch
from torch import distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel


@dataclass(frozen=True)
class MicroBatch:
    """Some trials of a minibatch, what their mean loss weighs, and where their noise comes from."""

    rows: slice
    weight: float
    generator: torch.Generator


@contextmanager
def processes() -> Generator[bool]:
    """Join the other processes of `torchrun`, if it started this one; tell whether this one writes files."""
    if int(os.environ.get("WORLD_SIZE", "1")) < 2:
        yield True
        return
    dist.init_process_group("gloo")
    try:
        yield dist.get_rank() == 0
    finally:
        dist.destroy_process_group()


def place() -> tuple[int, int]:
    """Return this process's number and how many there are."""
    joined = dist.is_available() and dist.is_initialized()
    return (dist.get_rank(), dist.get_world_size()) if joined else (0, 1)


def in_parallel(module: nn.Module) -> nn.Module:
    """Wrap a module so that its gradients are averaged over the processes, if there are several."""
    return DistributedDataParallel(module) if place()[1] > 1 else module


def gradients_wait(module: nn.Module) -> AbstractContextManager[None]:
    """Keep gradients to this process for now; the next backward pass without this sends them all."""
    return module.no_sync() if isinstance(module, DistributedDataParallel) else nullcontext()


def summed(value: float) -> float:
    """Return the sum of a number over the processes."""
    if place()[1] == 1:
        return value
    total = torch.tensor(value, dtype=torch.float64)
    dist.all_reduce(total)
    return float(total)


def own_micro_batches(
    trials: int, asked: int | None, quickest: int, generator: torch.Generator
) -> list[MicroBatch]:
    """Split a minibatch into parts of `asked` trials (or what is quickest); return this process's share.

    Unasked, one process alone takes the noise of all its parts from the one generator. A process
    for which there is no part gets one that weighs nothing, as all must take part in the sum.
    """
    rank, world = place()
    size = asked or min(quickest, -(-trials // world))
    rows = [slice(start, min(start + size, trials)) for start in range(0, trials, size)]
    apart = asked is not None or world > 1
    sources = [_source(generator) if apart else generator for _ in rows]
    weights = [world * (each.stop - each.start) / trials for each in rows]
    parts = [MicroBatch(*each) for each in zip(rows, weights, sources, strict=True)]
    return parts[rank::world] or [MicroBatch(rows[0], 0.0, sources[0])]


def _source(generator: torch.Generator) -> torch.Generator:
    seed = int(torch.randint(2**62, (), generator=generator))
    return torch.Generator().manual_seed(seed)
