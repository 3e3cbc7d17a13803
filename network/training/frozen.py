"""Twins whose own parameters stay out of the gradient for a while."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager

from nado_lab.network.device import NetworkTwins
from nado_lab.network.training.physics_aware import PhysicsAware
from torch import nn


@contextmanager
def frozen(twins: NetworkTwins) -> Generator[None]:
    """Keep the twins' own parameters out of the gradient; restore them afterwards."""
    held = [p for p in _parameters(twins) if p.requires_grad]
    for parameter in held:
        parameter.requires_grad = False
    try:
        yield
    finally:
        for parameter in held:
            parameter.requires_grad = True


def _parameters(twins: NetworkTwins) -> Iterator[nn.Parameter]:
    if isinstance(twins, nn.Module):
        yield from twins.parameters()
    elif isinstance(twins, PhysicsAware):
        yield from _parameters(twins.twin)
    elif isinstance(twins, Sequence):
        for twin in twins:
            yield from _parameters(twin)
