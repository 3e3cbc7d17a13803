"""Fixed-step solvers: `step(sde, z, dt, dw) -> z` moves the state (row, state) by dt."""

from enum import StrEnum

from nado_lab.twin.errors import TwinError
from nado_lab.twin.solvers import euler_maruyama, heun, runge_kutta
from nado_lab.twin.solvers.equation import SDE, Step


class Solver(StrEnum):
    """The solvers there are."""

    EULER_MARUYAMA = "euler_maruyama"
    HEUN = "heun"
    RUNGE_KUTTA = "runge_kutta"


SOLVERS: dict[str, Step] = {
    Solver.EULER_MARUYAMA: euler_maruyama.step,
    Solver.HEUN: heun.step,
    Solver.RUNGE_KUTTA: runge_kutta.step,
}


def solver(name: str) -> Step:
    """Return the step of the named solver."""
    if name not in SOLVERS:
        raise TwinError(f"solver must be one of {', '.join(SOLVERS)}; got {name!r}")
    return SOLVERS[name]


__all__ = ["SDE", "SOLVERS", "Solver", "Step", "solver"]
