"""Examples in random order, a few at a time."""

from collections.abc import Iterator

import torch
from nado_lab.network.tasks.task import Examples


def minibatches(examples: Examples, size: int, generator: torch.Generator) -> Iterator[Examples]:
    """Yield the examples once in random order, `size` at a time."""
    order = torch.randperm(len(examples), generator=generator)
    for start in range(0, len(examples), size):
        yield examples[order[start : start + size]]
