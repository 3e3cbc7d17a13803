"""Mean square of the noise-free path: the deterministic twin, and the start of a noisy one."""

from __future__ import annotations

from torch import Tensor

from twin.model import Start, Twin


def mean_square(twin: Twin, drive: Tensor, truth: Tensor, start: Start) -> Tensor:
    """Return the mean squared error of the noise-free path against truth (row, step, channel)."""
    predicted = twin.read(twin.paths(drive, start, noise=False), noise=False, generator=None)
    return (predicted - truth).square().mean()
