"""Thermal depinning of walls from junctions, as a closed form and as a table.

Barrier E (1 - h)^1.5 at reduced field h = H sin(lag) / H_j, rate exp(-barrier / kT) / tau0, probability in
a tick 1 - exp(-dt rate) (Vidamour et al., Commun. Phys. 6, 230, 2023). A pair of walls has E and H_j times
`pair_factor`.
"""

import math
from functools import lru_cache

import numpy as np
from nado_lab.sim_backend.samples.nanoring.parameters import BOLTZMANN_J_PER_K, NanoringParameters

TABLE_POINTS = 4096


def depinning_probability(
    field_t: np.ndarray | float,
    walls: int,
    dt_s: float,
    parameters: NanoringParameters,
    depinning_field_t: float | None = None,
) -> np.ndarray:
    """Return the probability (0 to 1) that `walls` (1 or 2) leave a junction in one tick at H sin(lag)."""
    factor = parameters.pair_factor if walls == 2 else 1.0
    limit = parameters.depinning_field_t if depinning_field_t is None else depinning_field_t
    return _probability(np.asarray(field_t) / (factor * limit), factor, dt_s, parameters)


@lru_cache(maxsize=64)
def depinning_table(dt_s: float, parameters: NanoringParameters) -> np.ndarray:
    """Tabulate the probability over reduced fields 0 to 1: (walls - 1, point); both rows end at 1."""
    reduced = np.linspace(0.0, 1.0, TABLE_POINTS + 1)
    rows = [_probability(reduced, factor, dt_s, parameters) for factor in (1.0, parameters.pair_factor)]
    table = np.stack(rows)
    table[:, -1] = 1.0
    return table


def half_depinning_field(walls: int, dt_s: float, parameters: NanoringParameters) -> float:
    """Return the field (T) at 90 degrees lag where one tick of dt depins with probability one half."""
    factor = parameters.pair_factor if walls == 2 else 1.0
    thermal = BOLTZMANN_J_PER_K * parameters.temperature_k
    share = (
        thermal * math.log(dt_s / (parameters.attempt_time_s * math.log(2))) / (parameters.barrier_j * factor)
    )
    return parameters.depinning_field_t * factor * (1 - share ** (1 / parameters.exponent))


def _probability(
    reduced: np.ndarray, factor: float, dt_s: float, parameters: NanoringParameters
) -> np.ndarray:
    thermal = BOLTZMANN_J_PER_K * parameters.temperature_k
    height = np.clip(1 - reduced, 0.0, None) ** parameters.exponent
    rate = np.exp(-parameters.barrier_j * factor * height / thermal) / parameters.attempt_time_s
    return np.where(reduced >= 1, 1.0, -np.expm1(-dt_s * rate))
