"""Four-stage stochastic Runge-Kutta (Stratonovich): the classical scheme on f dt + g dW.

Strong order 2 for a single noise, 1 for commutative ones, order 4 without noise.
Ruemelin 1982, SIAM J. Numer. Anal. 19, 604.
"""

from nado_lab.twin.solvers.equation import SDE
from torch import Tensor


def step(sde: SDE, z: Tensor, dt: float, dw: Tensor | None) -> Tensor:
    """Return z + the weighted increments at four stages; dw None is no noise."""

    def increment(at: Tensor) -> Tensor:
        if dw is None:
            return sde.f(0.0, at) * dt
        drift, diffused = sde.f_and_g_prod(0.0, at, dw)
        return drift * dt + diffused

    first = increment(z)
    second = increment(z + first / 2)
    third = increment(z + second / 2)
    fourth = increment(z + third)
    return z + (first + 2 * second + 2 * third + fourth) / 6
