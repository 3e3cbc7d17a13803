"""Where the walls of one replica are.

A ring holds no wall or a head-to-head wall (0) and a tail-to-tail wall (1). A wall is held at an inner
contact (its place is the contact, 0 to 3), or rides on the field's minimum (RIDING: then its place is known
without a visit), or lies for one tick free at an outer contact away from the minimum (LOOSE + contact).
Junctions with walls are kept in four lists, by axis and number of walls.
"""

from typing import NamedTuple

import numba
import numpy as np

GONE, RIDING, MOVING, LOOSE = -1, 4, 7, 8
RIDE, LOOSE_COUNT, WALL_COUNT, LEAVER_COUNT, LEFT_COUNT = range(5)


class Walls(NamedTuple):
    """Microstate of one replica (or of all, with a leading replica axis)."""

    place: np.ndarray
    """(ring, 2) int8: contact, RIDING, LOOSE + contact, or GONE."""
    before: np.ndarray
    """(ring, 2) int64: segment of a wall before it moved in this tick, else negative."""
    circulation: np.ndarray
    """(ring,) int8: +1 anticlockwise, -1 clockwise, for rings without walls."""
    count: np.ndarray
    """(junction,) int8: walls held."""
    slot: np.ndarray
    """(junction,) int32: place in its list."""
    members: np.ndarray
    """(2 axis + walls - 1, junction) int32: junctions with walls, as lists."""
    sizes: np.ndarray
    """(4,) int64: length of each list."""
    sums: np.ndarray
    """(3, contact pair) int64: readout weight of walls on axis 0, on axis 1, and riding."""
    leavers: np.ndarray
    """(2 ring, 2) int32: ring and wall of what moves in this tick."""
    left: np.ndarray
    """(junction,) int32: junctions left in this tick."""
    scalars: np.ndarray
    """(5,) int64: segment of the ride, and counts."""
    words: np.ndarray
    """(4,) uint64: the thermal random stream."""


def empty_walls(replicas: int, rings: int, junctions: int, pairs: int, words: np.ndarray) -> Walls:
    """Return states without walls, every array with a leading replica axis."""

    def zeros(*shape: int, dtype: type = np.int64) -> np.ndarray:
        return np.zeros((replicas, *shape), dtype)

    return Walls(
        place=np.full((replicas, rings, 2), GONE, np.int8),
        before=np.full((replicas, rings, 2), -1, np.int64),
        circulation=np.ones((replicas, rings), np.int8),
        count=zeros(junctions, dtype=np.int8),
        slot=zeros(junctions, dtype=np.int32),
        members=zeros(4, junctions, dtype=np.int32),
        sizes=zeros(4),
        sums=zeros(3, pairs),
        leavers=zeros(2 * rings, 2, dtype=np.int32),
        left=zeros(junctions, dtype=np.int32),
        scalars=zeros(5),
        words=words,
    )


@numba.njit(cache=True)
def segment_of(walls, segments, ring, wall):
    """Return the segment of a wall that is there."""
    place = walls.place[ring, wall]
    if place == RIDING:
        return (walls.scalars[RIDE] + wall * (segments // 2)) % segments
    return (place & 3) * (segments // 4)


@numba.njit(cache=True)
def wall_segments(walls, segments):
    """Return the segments (ring, wall) of all walls, -1 where there is none."""
    rings = len(walls.place)
    result = np.full((rings, 2), -1, np.int64)
    for ring in range(rings):
        for wall in range(2):
            if walls.place[ring, wall] != GONE:
                result[ring, wall] = segment_of(walls, segments, ring, wall)
    return result
