"""Euler-Maruyama (Ito): strong order 0.5, weak order 1. Kloeden and Platen 1992, section 10.2."""

from typing import Any

from torch import Tensor


def step(sde: Any, z: Tensor, dt: float, dw: Tensor) -> Tensor:
    """Return z + f dt + g dW."""
    drift, diffused = sde.f_and_g_prod(0.0, z, dw)
    return z + drift * dt + diffused
