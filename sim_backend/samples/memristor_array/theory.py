"""What can be said of a memristor on paper: decay, steady states, small signals."""

import numpy as np
from nado_lab.sim_backend.samples.memristor_array.parameters import FilmConstants, PairConstants
from scipy.optimize import root_scalar


def film_growth(constants: FilmConstants, volts: np.ndarray | float) -> np.ndarray:
    """Return lambda sinh(eta V) in 1/s."""
    return constants.growth * np.sinh(constants.eta * np.asarray(volts, float))


def film_steady(constants: FilmConstants, volts: np.ndarray | float) -> np.ndarray:
    """Return the w that a constant voltage leads to: wmin + tau lambda sinh(eta V), within its range."""
    wanted = constants.least + constants.tau * film_growth(constants, volts)
    return np.clip(wanted, constants.least, constants.most)


def film_amperes(constants: FilmConstants, volts: np.ndarray | float, w: np.ndarray | float) -> np.ndarray:
    """Return the current in A at a voltage of a film with the share w."""
    volts, w = np.asarray(volts, float), np.asarray(w, float)
    low = constants.alpha * (1 - np.exp(-constants.beta * volts))
    return (1 - w) * low + w * constants.gamma * np.sinh(constants.delta * volts)


def film_small_signal(constants: FilmConstants, volts: float, hertz: float) -> complex:
    """Return dw/dV (1/V) of a small sine about a constant voltage, where w is not at an end of its range."""
    gain = constants.tau * constants.growth * constants.eta * np.cosh(constants.eta * volts)
    return complex(gain / (1 + 2j * np.pi * hertz * constants.tau))


def pair_steady(constants: PairConstants, volts: float, device: int = 0) -> tuple[float, float]:
    """Return (g, g0) that a constant voltage leads to."""
    lift = constants.k2 * np.exp(volts)
    k3 = constants.k3[device % len(constants.k3)]
    drive = constants.k1 * k3 * np.exp(constants.k4 * volts)

    def slow(g0: float) -> float:
        return float(-(g0 - constants.rest) / constants.tau0 + lift * (1 - 100 * (g0 - 0.5) ** 2))

    g0 = root_scalar(slow, bracket=(0.5, 0.7)).root

    def fast(g: float) -> float:
        return float(-(g - g0) / constants.tau + drive * g * (1 - (1 - 2 * g) ** 2))

    return float(root_scalar(fast, bracket=(g0, 1.0)).root), float(g0)


def pair_amperes(constants: PairConstants, volts: float, g: float, device: int = 0) -> float:
    """Return the current k3 g exp(k4 V) in A."""
    return float(constants.k3[device % len(constants.k3)] * g * np.exp(constants.k4 * volts))


def loop_area(volts: np.ndarray, amperes: np.ndarray) -> float:
    """Return the area in W that a closed path of (volts, amperes) encloses, up and down branch apart."""
    return float(abs(np.trapezoid(np.append(amperes, amperes[0]), np.append(volts, volts[0]))))
