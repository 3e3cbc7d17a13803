"""Mean square of the noise-free path: the deterministic twin, and the start of a noisy one."""

from __future__ import annotations

from nado_lab.twin.model import Start, Twin
from torch import Tensor


def mean_square(twin: Twin, drive: Tensor, scores: Tensor, start: Start) -> Tensor:
    """Return the mean squared error over channels of the noise-free path against scores (row, step, score).

    The basis is orthogonal: what it cannot hold of a readout would only add a constant.
    """
    missed = twin.paths(drive, start, noise=False) - scores
    return (missed.square() @ twin.basis.power).mean()
