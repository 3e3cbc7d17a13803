"""New pairs of walls where a wall has just left a junction between antiparallel rings."""

import numba

from sim_backend.samples.nanoring.kernel.moves import jump, land, minimum_of
from sim_backend.samples.nanoring.kernel.walls import GONE, LEFT_COUNT, WALL_COUNT, segment_of


@numba.njit(cache=True)
def circulation_at(walls, segments, ring, segment):
    """Return the circulation (+1, -1) of a ring's moment at a segment, 0 on a wall."""
    if walls.place[ring, 0] == GONE:
        return walls.circulation[ring]
    head = segment_of(walls, segments, ring, 0)
    tail = segment_of(walls, segments, ring, 1)
    if segment in (head, tail):
        return 0
    return -1 if (segment - head) % segments < (tail - head) % segments else 1


@numba.njit(cache=True)
def _nucleate_ring(walls, model, ring, segment):
    if walls.place[ring, 0] != GONE:
        return
    walls.scalars[WALL_COUNT] += 2
    for wall in range(2):
        goal = jump(model, segment, minimum_of(walls, model, wall), True)
        land(walls, model, ring, wall, goal, segment)


@numba.njit(cache=True)
def nucleate(walls, model):
    """Give a pair of walls to each empty ring at a junction left in this tick whose moments clash there."""
    quarter = model.segments // 4
    for index in range(walls.scalars[LEFT_COUNT]):
        junction = walls.left[index]
        first, second = model.rings[junction, 0], model.rings[junction, 1]
        near = model.axis[junction] * quarter
        far = near + 2 * quarter
        clash = circulation_at(walls, model.segments, first, near) == circulation_at(
            walls, model.segments, second, far
        )
        if clash:
            _nucleate_ring(walls, model, first, near)
            _nucleate_ring(walls, model, second, far)
