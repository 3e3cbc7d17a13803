"""Mean square of the noise-free path: the deterministic twin, and the start of a noisy one."""

from __future__ import annotations

from nado_lab.twin.model.start import Start
from nado_lab.twin.model.twin import Twin
from torch import Tensor


def mean_square(twin: Twin, drive: Tensor, components: Tensor, start: Start) -> Tensor:
    """Return the mean square over channels of noise-free path minus components (row, step, component).

    The basis is orthogonal: what it cannot hold of a readout would only add a constant.
    """
    missed = twin.paths(drive, start, noise=False) - components
    return (missed.square() @ twin.basis.power).mean()
