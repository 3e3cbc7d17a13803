"""What a network needs of a device, and of a twin of it."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Protocol, TypeAlias

import numpy as np
import torch
from nado_lab.network.errors import NetworkError
from torch import Tensor


class Device(Protocol):
    """Anything that answers a drive in numpy: a setup on instruments, or what records it."""

    def respond(self, drive: np.ndarray) -> np.ndarray:
        """Answer drive (trial, step, port) in [-1, 1] with readout (trial, step, channel), SI units."""
        ...


class TwinDevice(Protocol):
    """A differentiable device: torch in, torch out, and its noise can be switched off."""

    @property
    def port_count(self) -> int:
        """Return the number of drive inputs."""
        ...

    @property
    def channels(self) -> tuple[str, ...]:
        """Return the names of the readouts."""
        ...

    @property
    def readout_mean(self) -> Tensor:
        """Return the mean readout (channel,), for normalisation."""
        ...

    @property
    def readout_std(self) -> Tensor:
        """Return the standard deviation of the readout (channel,), for normalisation."""
        ...

    @property
    def drive_low(self) -> Tensor:
        """Return the least drive (port,) it was fitted on."""
        ...

    @property
    def drive_high(self) -> Tensor:
        """Return the largest drive (port,) it was fitted on."""
        ...

    def respond(
        self, drive: Tensor, *, noise: bool = True, generator: torch.Generator | None = None
    ) -> Tensor:
        """Answer drive (..., step, port) with readout (..., step, channel), differentiably."""
        ...


Twins: TypeAlias = TwinDevice | Sequence[TwinDevice]
"""The twins of one layer: one for all its nodes, or several that its nodes take in turn."""


NetworkTwins: TypeAlias = TwinDevice | Sequence[Twins]
"""The twins of a network: one for all layers, or an entry a layer."""


def twins_of_layers(twins: NetworkTwins, layer_count: int) -> list[Twins]:
    """Give every layer its twins: one twin for all layers, or a list with one entry a layer."""
    if not isinstance(twins, Sequence):
        return [twins] * layer_count
    if len(twins) != layer_count:
        raise NetworkError(
            f"a network of {layer_count} layers needs one twin, or {layer_count} entries (one a layer); "
            f"got {len(twins)}"
        )
    return list(twins)


def first_twin(twins: Twins) -> TwinDevice:
    """Return the twin whose ports, channels and normalisation stand for the layer."""
    return twins[0] if isinstance(twins, Sequence) else twins


def respond_nodes(
    twins: Twins, drives: Tensor, *, noise: bool = True, generator: torch.Generator | None = None
) -> Tensor:
    """Answer drives (trial, node, step, port) with readouts (trial, node, step, channel).

    Node i belongs to twin i modulo their number; each twin is called once with all its nodes.
    """
    if not isinstance(twins, Sequence):
        return twins.respond(drives, noise=noise, generator=generator)
    return shared_out(drives, [partial(t.respond, noise=noise, generator=generator) for t in twins])


def shared_out(drives: Tensor, answers: Sequence[Callable[[Tensor], Tensor]]) -> Tensor:
    """Let the nodes of drives (trial, node, step, port) be answered by several in turn; keep their order."""
    nodes = drives.shape[1]
    owned = [torch.arange(i, nodes, len(answers)) for i in range(min(len(answers), nodes))]
    parts = [answer(drives[:, mine]) for answer, mine in zip(answers, owned, strict=False)]
    return torch.cat(parts, dim=1)[:, torch.argsort(torch.cat(owned))]
