"""What stays the same while walls move: lattice, disorder, tables and readout weights of one array."""

from typing import NamedTuple

import numpy as np


class Model(NamedTuple):
    """Constant arrays and numbers of one array, fields in T."""

    junction: np.ndarray
    """(ring, 4): junction at each contact, negative at the edge of the array."""
    rings: np.ndarray
    """(junction, 2): the two rings of a junction."""
    axis: np.ndarray
    """(junction,): 0 horizontal, 1 vertical."""
    inverse_depinning: np.ndarray
    """(junction,): 1 / H_j (1/T)."""
    inverse_weakest: np.ndarray
    """(2,): largest 1 / H_j of the junctions of an axis (1/T)."""
    roughness: np.ndarray
    """(ring, 4): edge roughness at the contacts (T)."""
    least_roughness: float
    sines: np.ndarray
    """(2 segment,): |sin| of the angles of two turns."""
    table: np.ndarray
    """(walls - 1, point): depinning probability in a tick over the reduced field 0 to 1."""
    inverse_factor: np.ndarray
    """(2,): 1 over the factor on H_j for one and for two walls."""
    contact_at: np.ndarray
    """(segment,): contact at a segment, negative between contacts."""
    jumps: np.ndarray
    """(contact, segment): where a wall released at a contact goes when its minimum is at a segment."""
    hops: np.ndarray
    """(contact, segment): the same, at most to the next contact."""
    weights: np.ndarray
    """(ring, contact pair) int64: how strongly a contact pair sees a ring."""
    drops: np.ndarray
    """(contact pair, segment): resistance drop (ohm) of one unit of weight of walls at a segment."""
    tilts: np.ndarray
    """(contact pair, 3): ohm per T^2 for H^2, Hx^2 - Hy^2 and 2 Hx Hy."""
    resistance: float
    segments: int
    quarter: int
    idle: float
    saturation: float
