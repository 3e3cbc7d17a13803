"""Euler-Maruyama (Ito): strong order 0.5, weak order 1. Kloeden and Platen 1992, section 10.2."""

from nado_lab.twin.solvers.equation import SDE
from torch import Tensor


def step(sde: SDE, z: Tensor, dt: float, dw: Tensor | None) -> Tensor:
    """Return z + f dt + g dW; without noise (dw None) it is Euler's method."""
    if dw is None:
        return z + sde.f(0.0, z) * dt
    drift, diffused = sde.f_and_g_prod(0.0, z, dw)
    return z + drift * dt + diffused
