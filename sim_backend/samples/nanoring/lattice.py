"""Which rings touch where: a square array with four contacts a ring.

Contact c of a ring lies at c times 90 degrees, anticlockwise from +x; ring = row * size + column, rows
grow along +y. An inner contact is a junction shared by two rings: horizontal ones (axis 0) join contact 0
to contact 2 of the next column, vertical ones (axis 1) contact 1 to contact 3 of the next row.
"""

from typing import NamedTuple

import numpy as np

OUTER = -1


class Lattice(NamedTuple):
    """Touching rings as index arrays."""

    junction: np.ndarray
    """(ring, 4): junction at each contact, or OUTER at the edge of the array."""
    rings: np.ndarray
    """(junction, 2): the two rings of a junction; the first touches with contact `axis`."""
    axis: np.ndarray
    """(junction,): 0 for a horizontal junction, 1 for a vertical one."""


def square_lattice(size: int) -> Lattice:
    """Return the lattice of size x size rings, 2 size (size - 1) junctions."""
    ring = np.arange(size * size, dtype=np.int64).reshape(size, size)
    beside = np.stack([ring[:, :-1].ravel(), ring[:, 1:].ravel()], axis=1)
    above = np.stack([ring[:-1].ravel(), ring[1:].ravel()], axis=1)
    rings = np.concatenate([beside, above]).reshape(-1, 2)
    axis = np.repeat(np.array([0, 1], dtype=np.int64), [len(beside), len(above)])
    junction = np.full((size * size, 4), OUTER, dtype=np.int64)
    index = np.arange(len(rings), dtype=np.int64)
    junction[rings[:, 0], axis] = index
    junction[rings[:, 1], axis + 2] = index
    return Lattice(junction, rings, axis)
