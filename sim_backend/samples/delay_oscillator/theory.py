"""What can be said of a loop on paper: rest, loss of stability, roots, fixed points of the map limit."""

import numpy as np
from nado_lab.sim_backend.samples.delay_oscillator.parameters import LoopParameters
from scipy.optimize import root_scalar

_GRID = 20001
_RETURNED = 1e-7


def map_fixed_points(beta: float, phase: float) -> np.ndarray:
    """Return all x with x = beta sin^2(x + phase), in order."""
    span = abs(beta) + 1e-9
    grid = np.linspace(-span, span, _GRID)

    def miss(x: float) -> float:
        return x - beta * np.sin(x + phase) ** 2

    signs = np.sign(grid - beta * np.sin(grid + phase) ** 2)
    changes = np.flatnonzero(signs[:-1] != signs[1:])
    roots = [root_scalar(miss, bracket=(grid[i], grid[i + 1])).root for i in changes]
    return np.unique(np.round(roots, 12))


def map_slope(beta: float, phase: float, x: np.ndarray) -> np.ndarray:
    """Return the slope of the map x -> beta sin^2(x + phase) at x; stable between -1 and 1."""
    return beta * np.sin(2 * (np.asarray(x) + phase))


def map_period(beta: float, phase: float, longest: int = 16, settle: int = 4000) -> int:
    """Return the period of the map from x = 0 on after a while; 0 where it is longer than ``longest``."""
    x = 0.0
    for _ in range(settle):
        x = beta * np.sin(x + phase) ** 2
    path = [x]
    for _ in range(longest):
        path.append(beta * np.sin(path[-1] + phase) ** 2)
    back = np.flatnonzero(np.abs(np.array(path[1:]) - path[0]) < _RETURNED)
    return int(back[0]) + 1 if len(back) else 0


def rest(parameters: LoopParameters, gain: float, near: float = 0.0) -> float:
    """Return the x of one node at rest, the fixed point next to ``near``: zero behind a band-pass."""
    weight = gain * parameters.filter.at_rest
    x = near
    for _ in range(100):
        z = 2 * (x + parameters.phase.mean)
        miss = x - weight * (0.5 + 0.5 * parameters.contrast * np.cos(z))
        step = miss / (1 + weight * parameters.contrast * np.sin(z))
        x -= step
        if abs(step) < 1e-14:
            break
    return float(x)


def slope(parameters: LoopParameters, x: float) -> float:
    """Return the change of the transmission per rad at x: -contrast sin 2(x + phi)."""
    return float(-parameters.contrast * np.sin(2 * (x + parameters.phase.mean)))


def roots(parameters: LoopParameters, loop_gain: complex) -> np.ndarray:
    """Return the factors z a sample of small motion: z^k (z^2 + a1 z + a2) = g (b0 z^2 + b1 z + b2)."""
    b, a = parameters.filter.b, parameters.filter.a
    polynomial = np.zeros(parameters.delay + 3, complex)
    polynomial[:3] = (1.0, *a)
    polynomial[-3:] -= loop_gain * np.array(b)
    return np.roots(polynomial)


def growth(parameters: LoopParameters, gain: float, near: float = 0.0) -> float:
    """Return by what small motion about rest grows in one delay (below 1: it dies away)."""
    x = rest(parameters, gain, near)
    each = np.linalg.eigvals(parameters.mixing()) * gain * slope(parameters, x)
    return max(float(np.max(np.abs(roots(parameters, one)))) for one in each) ** parameters.delay


def first_bifurcation(parameters: LoopParameters, most: float = 20.0, step: float = 0.05) -> float:
    """Return the gain beta nearest zero, of the sign of the parameters' own, at which rest loses stability.

    The rest is followed from gain zero on; ``most`` is where the search ends (infinity is returned then).
    """
    sign, x, low = np.sign(parameters.gain) or 1.0, 0.0, 0.0
    for size in np.arange(step, most, step):
        here = rest(parameters, sign * size, x)
        if growth(parameters, sign * size, here) > 1:
            break
        x, low = here, float(size)
    else:
        return float(sign * np.inf)
    found = root_scalar(
        lambda size: growth(parameters, sign * size, x) - 1, bracket=(low, low + step), xtol=1e-9
    )
    return float(sign * found.root)
