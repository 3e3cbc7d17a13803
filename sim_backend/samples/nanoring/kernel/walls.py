"""Where the walls of one replica are.

A ring holds no wall or a head-to-head wall (0) and a tail-to-tail wall (1). A wall is held at an inner
contact (its place is the contact, 0 to 3), or rides on the field's minimum (RIDING: then its place is known
without a visit), or lies for one tick free at an outer contact away from the minimum (LOOSE + contact).
Junctions with walls are kept in four lists, by axis and number of walls.
"""

from typing import NamedTuple

import numpy as np
from nado_lab.sim_backend.compiled import compiled, inlined

GONE, RIDING, MOVING, LOOSE = -1, 4, 7, 8
LOOSE_COUNT, WALL_COUNT, LEAVER_COUNT, LEFT_COUNT = range(4)


class Walls(NamedTuple):
    """Microstate of one replica (or of all, with a leading replica axis)."""

    place: np.ndarray
    """(ring, 2): contact, RIDING, LOOSE + contact, or GONE."""
    before: np.ndarray
    """(ring, 2) int64: segment of a wall before it moved in this tick, else negative."""
    circulation: np.ndarray
    """(ring,): +1 anticlockwise, -1 clockwise, for rings without walls."""
    held: np.ndarray
    """(junction,): walls that it holds."""
    slot: np.ndarray
    """(junction,): place in its list."""
    members: np.ndarray
    """(2 axis + walls - 1, junction): junctions with walls, as lists."""
    sizes: np.ndarray
    """(4,) int64: length of each list."""
    sums: np.ndarray
    """(3, contact pair) int64: readout weight of walls on axis 0, on axis 1, and riding."""
    leavers: np.ndarray
    """(2 ring, 2): ring and wall of what moves in this tick."""
    left: np.ndarray
    """(junction,): junctions left in this tick."""
    minima: np.ndarray
    """(2,): segment of least energy of head-to-head and of tail-to-tail walls, where riding walls are."""
    scalars: np.ndarray
    """(4,): counts of loose walls, walls, leavers and junctions left."""
    words: np.ndarray
    """(4,) uint64: the thermal random stream."""


def empty_walls(replicas: int, rings: int, junctions: int, pairs: int, words: np.ndarray) -> Walls:
    """Return states without walls, every array with a leading replica axis."""

    def zeros(*shape: int, dtype: type = np.int64) -> np.ndarray:
        return np.zeros((replicas, *shape), dtype)

    return Walls(
        place=np.full((replicas, rings, 2), GONE, np.int64),
        before=np.full((replicas, rings, 2), -1, np.int64),
        circulation=np.ones((replicas, rings), np.int64),
        held=zeros(junctions),
        slot=zeros(junctions),
        members=zeros(4, junctions),
        sizes=zeros(4),
        sums=zeros(3, pairs),
        leavers=zeros(2 * rings, 2),
        left=zeros(junctions),
        minima=zeros(2),
        scalars=zeros(4),
        words=words,
    )


@inlined
def segment_of(walls, model, ring, wall):
    """Return the segment of a wall that is there."""
    place = walls.place[ring, wall]
    return walls.minima[wall] if place == RIDING else (place & 3) * model.quarter


@compiled
def wall_segments(walls, model, result):
    """Write the segments (ring, wall) of all walls, -1 where there is none."""
    for ring in range(len(walls.place)):
        for wall in range(2):
            there = walls.place[ring, wall] != GONE
            result[ring, wall] = segment_of(walls, model, ring, wall) if there else -1
