"""Task-agnostic metrics of a device as a reservoir, from random sequences and its readouts.

Linear memory capacity: Jaeger, GMD Report 152 (2001). Kernel rank: Legenstein and Maass, Neural Networks
20, 323 (2007). Nonlinearity as the share of the readout that lagged inputs do not explain linearly: Love et
al., arXiv 2108.01512.
"""

from dataclasses import dataclass

import numpy as np
from nado_lab.protocols.errors import ProtocolError

_RIDGE = 1e-6


@dataclass(frozen=True)
class ReservoirMetrics:
    """Capacity (at most the number of channels or lags), nonlinearity in [0, 1], rank up to channels."""

    memory_capacity: float
    capacity_by_lag: tuple[float, ...]
    nonlinearity: float
    kernel_rank: int


def reservoir_metrics(
    drive: np.ndarray, readout: np.ndarray, lags: int = 10, washout: int = 10
) -> ReservoirMetrics:
    """Judge readout (trial, step, channel) of random drive (trial, step); half of the steps is held out.

    Raises ProtocolError where too few steps are left after `lags` and `washout`.
    """
    if drive.ndim == 3:
        drive = drive[..., 0]
    start = max(lags, washout)
    _require_steps(drive.shape[0], drive.shape[1], start, lags)
    states = _standardised(readout)[:, start:].reshape(-1, readout.shape[-1])
    lagged = np.stack(
        [drive[:, start - lag : drive.shape[1] - lag].ravel() for lag in range(lags + 1)], axis=1
    )
    capacities = _explained(states, lagged)
    nonlinear = 1 - _explained(lagged, states)
    weights = states.var(axis=0)
    return ReservoirMetrics(
        memory_capacity=float(capacities[1:].sum()),
        capacity_by_lag=tuple(float(value) for value in capacities),
        nonlinearity=float(np.average(nonlinear, weights=weights)) if weights.any() else 0.0,
        kernel_rank=effective_rank(states),
    )


def effective_rank(states: np.ndarray, threshold: float = 0.01) -> int:
    """Count the singular values of states (row, channel) above a share of the largest one."""
    values = np.linalg.svd(states - states.mean(axis=0), compute_uv=False)
    return int(np.sum(values > threshold * values[0])) if values[0] > 0 else 0


def generalisation_rank(readout: np.ndarray, sequence: np.ndarray, threshold: float = 0.01) -> int | None:
    """Count the directions that repeats of a drive differ in; None without repeats.

    Of readout (trial, step, channel), the deviations of repeats from the mean of their `sequence` (trial,):
    their singular values (a row) above a share of the largest one of all states, so that the rank is one of
    the same scale as the kernel rank. Few is good: what is alike is answered alike.
    """
    states = _standardised(readout)
    parts = [states[sequence == number] for number in np.unique(sequence)]
    apart = [part - part.mean(axis=0) for part in parts if len(part) > 1]
    if not apart:
        return None
    rows, whole = (each.reshape(-1, readout.shape[-1]) for each in (np.concatenate(apart), states))
    shrunk = np.mean([1 - 1 / len(part) for part in parts if len(part) > 1])
    spread, largest = _deviations(rows) / np.sqrt(shrunk), _deviations(whole - whole.mean(axis=0))[0]
    return int(np.sum(spread > threshold * largest)) if largest > 0 else 0


def _deviations(rows: np.ndarray) -> np.ndarray:
    """Return the singular values of rows (row, channel), as deviations a row."""
    return np.linalg.svd(rows, compute_uv=False) / np.sqrt(len(rows))


def _require_steps(trials: int, steps: int, start: int, lags: int) -> None:
    """Refuse what leaves fewer steps to fit, or to hold out, than there are lagged inputs."""
    needed = start - (-2 * (lags + 2) // trials)
    if steps < needed:
        raise ProtocolError(
            f"{trials} trials of {steps} steps are too short to be judged over {lags} lags: expected at "
            f"least {needed} steps a trial (the first {start} are washed out), as of the protocol `memory`"
        )


def _explained(inputs: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Give, per target, the squared correlation of a ridge prediction on rows that were not fitted."""
    half = len(inputs) // 2
    design = np.column_stack([inputs, np.ones(len(inputs))])
    gram = design[:half].T @ design[:half]
    gram += _RIDGE * np.trace(gram) / len(gram) * np.eye(len(gram))
    weights = _solved(gram, design[:half].T @ targets[:half])
    predicted = design[half:] @ weights
    return np.array([_r2(predicted[:, k], targets[half:, k]) for k in range(targets.shape[1])])


def _solved(matrix: np.ndarray, right: np.ndarray) -> np.ndarray:
    return np.asarray(np.linalg.solve(matrix, right), dtype=float)


def _r2(predicted: np.ndarray, target: np.ndarray) -> float:
    if predicted.std() == 0 or target.std() == 0:
        return 0.0
    return float(np.corrcoef(predicted, target)[0, 1] ** 2)


def _standardised(readout: np.ndarray) -> np.ndarray:
    flat = readout.reshape(-1, readout.shape[-1])
    spread = flat.std(axis=0)
    return (readout - flat.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
