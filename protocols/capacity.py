"""Information processing capacity: what functions of past inputs a linear readout of the states can give.

Dambre, Verstraeten, Schrauwen and Massar, Scientific Reports 2, 514 (2012). For inputs that are independent
and uniform in [-1, 1], the products of normalised Legendre polynomials of delayed inputs are orthonormal; the
capacity for one is the share of it that the states explain linearly, and all together are at most the number
of linearly independent states. RCbench (nanotechdave/RCbench, IPC) uses the same basis and bound. What chance
explains of one with a probability of 1e-4 counts as nothing, as in the paper's supplement.
"""

# pyright: reportMissingTypeStubs=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations_with_replacement

import numpy as np
from nado_lab.protocols.errors import ProtocolError
from scipy.special import eval_legendre
from scipy.stats import chi2

BY_CHANCE = 1e-4
MOST_TERMS = 20_000
BLOCK = 256
ROWS_A_STATE = 10
TINY = 1e-9
"""States are taken for dependent below this share of the largest singular value."""


@dataclass(frozen=True)
class InformationCapacity:
    """Capacity by degree (from 1) and by the longest delay in a term (from 0), and the bound `states`.

    `table[degree - 1][delay]` sums the terms of that degree whose longest delay is that one.
    """

    table: tuple[tuple[float, ...], ...]
    states: int
    terms: int

    @property
    def total(self) -> float:
        """Return the capacity for all terms together, at most `states`."""
        return float(sum(map(sum, self.table)))

    @property
    def by_degree(self) -> tuple[float, ...]:
        """Return the capacity of each degree, from 1: the first is the linear memory, delay 0 included."""
        return tuple(float(sum(row)) for row in self.table)

    @property
    def by_delay(self) -> tuple[float, ...]:
        """Return the capacity of each longest delay, from 0."""
        return tuple(float(sum(column)) for column in zip(*self.table, strict=True))


def information_capacity(
    drive: np.ndarray, readout: np.ndarray, lags: int = 10, degree: int = 3, washout: int = 10
) -> InformationCapacity:
    """Return the capacity of readout (trial, step, channel) for functions of drive (trial, step) in [-1, 1].

    ProtocolError where too few steps are left after `lags` and `washout`, or there are too many terms.
    """
    start = max(lags, washout)
    states = readout[:, start:].reshape(-1, readout.shape[-1])
    basis = _orthonormal(states)
    _require(len(states), basis.shape[1], lags, degree)
    values = _polynomials(drive, start, lags, degree)
    table, count = np.zeros((degree, lags + 1)), 0
    least = 2 * float(chi2.isf(BY_CHANCE, basis.shape[1])) / len(states)
    for block in _blocks(lags, degree):
        targets = np.stack([_product(values, term) for term in block], 1)
        targets -= targets.mean(0)
        found = np.square(basis.T @ targets).sum(0) / np.square(targets).sum(0)
        for term, capacity in zip(block, found, strict=True):
            if capacity > least:
                table[len(term) - 1, max(term)] += capacity
        count += len(block)
    return InformationCapacity(tuple(tuple(row) for row in table.tolist()), basis.shape[1], count)


def _orthonormal(states: np.ndarray) -> np.ndarray:
    """Return an orthonormal basis (row, state) of what the states span about their mean.

    At most one state in ROWS_A_STATE rows is kept, the largest: of more nothing could be told from chance.
    """
    centred = states - states.mean(0)
    spread = centred.std(0)
    left, singular, _ = np.linalg.svd(centred / np.where(spread > 0, spread, 1.0), full_matrices=False)
    known = int((singular > TINY * max(float(singular[0]), 1e-300)).sum())
    return left[:, : min(known, max(1, len(states) // ROWS_A_STATE))]


def _require(rows: int, states: int, lags: int, degree: int) -> None:
    """Refuse too few rows to tell capacity from chance, and more terms than can be looked at."""
    if degree < 1:
        raise ProtocolError(f"the degree must be at least 1; got {degree}")
    if rows < ROWS_A_STATE * max(states, 1) or not states:
        raise ProtocolError(
            f"{rows} steps, in which {states} readouts change, are too few to tell what they explain"
        )
    count = sum(1 for _ in _terms(lags, degree))
    if count > MOST_TERMS:
        raise ProtocolError(
            f"{count} terms of degree {degree} over {lags} lags are too many: take fewer lags"
        )


def _polynomials(drive: np.ndarray, start: int, lags: int, degree: int) -> np.ndarray:
    """Return the normalised polynomials (degree, lag, row) of the delayed inputs."""
    steps = drive.shape[1]
    lagged = np.stack([drive[:, start - lag : steps - lag].ravel() for lag in range(lags + 1)])
    return np.stack([np.sqrt(2 * n + 1) * eval_legendre(n, lagged) for n in range(degree + 1)])


def _terms(lags: int, degree: int) -> Iterator[tuple[int, ...]]:
    """Name each product by its delays, each as often as its polynomial's degree: (0, 0, 3) is P2(0) P1(3)."""
    for total in range(1, degree + 1):
        for count, term in enumerate(combinations_with_replacement(range(lags + 1), total)):
            if count > MOST_TERMS:
                return
            yield term


def _blocks(lags: int, degree: int) -> Iterator[list[tuple[int, ...]]]:
    block: list[tuple[int, ...]] = []
    for term in _terms(lags, degree):
        block.append(term)
        if len(block) == BLOCK:
            yield block
            block = []
    if block:
        yield block


def _product(values: np.ndarray, term: tuple[int, ...]) -> np.ndarray:
    """Multiply the polynomials of a term."""
    found = np.ones(values.shape[2])
    for lag in sorted(set(term)):
        found = found * values[term.count(lag), lag]
    return found
