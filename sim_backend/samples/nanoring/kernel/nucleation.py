"""New pairs of walls where a wall has just left a junction between antiparallel rings."""

from nado_lab.sim_backend.compiled import inlined
from nado_lab.sim_backend.samples.nanoring.kernel.moves import land
from nado_lab.sim_backend.samples.nanoring.kernel.walls import GONE, LEFT_COUNT, WALL_COUNT, segment_of


@inlined
def circulation_at(walls, model, ring, segment):
    """Return the circulation (+1, -1) of a ring's moment at a segment, 0 on a wall."""
    if walls.place[ring, 0] == GONE:
        return walls.circulation[ring]
    head = segment_of(walls, model, ring, 0)
    tail = segment_of(walls, model, ring, 1)
    if segment in (head, tail):
        return 0
    return -1 if (segment - head) % model.segments < (tail - head) % model.segments else 1


@inlined
def _clash(walls, model, junction):
    near = model.axis[junction]
    first = circulation_at(walls, model, model.rings[junction, 0], near * model.quarter)
    second = circulation_at(walls, model, model.rings[junction, 1], (near + 2) * model.quarter)
    return first == second


@inlined
def _nucleate_ring(walls, model, ring, contact):
    if walls.place[ring, 0] != GONE:
        return
    walls.scalars[WALL_COUNT] += 2
    for wall in range(2):
        goal = model.hops[contact, walls.minima[wall]]
        land(walls, model, ring, wall, goal, contact * model.quarter)


@inlined
def nucleate(walls, model):
    """Give a pair of walls to each empty ring at a junction left in this tick whose moments clash there."""
    for index in range(walls.scalars[LEFT_COUNT]):
        junction = walls.left[index]
        first, second = model.rings[junction, 0], model.rings[junction, 1]
        empty = walls.place[first, 0] == GONE or walls.place[second, 0] == GONE
        if empty and _clash(walls, model, junction):
            near = model.axis[junction]
            _nucleate_ring(walls, model, first, near)
            _nucleate_ring(walls, model, second, near + 2)
