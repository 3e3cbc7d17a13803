"""Heun (Stratonovich): strong order 1 for commutative noise. Kloeden and Platen 1992, section 11.1."""

from nado_lab.twin.solvers.equation import SDE
from torch import Tensor


def step(sde: SDE, z: Tensor, dt: float, dw: Tensor | None) -> Tensor:
    """Return z + the mean of the increments at z and at the predicted state; dw None is no noise."""
    if dw is None:
        first = sde.f(0.0, z)
        return z + 0.5 * dt * (first + sde.f(0.0, z + dt * first))
    drift, diffused = sde.f_and_g_prod(0.0, z, dw)
    predicted = z + drift * dt + diffused
    drift_after, diffused_after = sde.f_and_g_prod(0.0, predicted, dw)
    return z + 0.5 * ((drift + drift_after) * dt + diffused + diffused_after)
