"""Which junctions let their walls go in a tick.

One draw a junction, as in the model; junctions that all but certainly keep their walls are skipped without a
visit: candidates come from geometric jumps at the probability of the weakest junction and are then accepted
in proportion (thinning), which is the same in law.
"""

import math

from nado_lab.sim_backend.compiled import inlined
from nado_lab.sim_backend.samples.nanoring.kernel.walls import LEAVER_COUNT, LEFT_COUNT, LOOSE, LOOSE_COUNT
from nado_lab.sim_backend.samples.stream import uniform

SPARSE = 0.2
NEVER = 1e-14


@inlined
def _look_up(row, reduced):
    points = len(row) - 1
    position = reduced * points
    if position >= points:
        return 1.0
    index = int(position)
    return row[index] + (position - index) * (row[index + 1] - row[index])


@inlined
def _leave(walls, model, junction, pull):
    gone = 0
    axis = model.axis[junction]
    for side in range(2):
        ring, contact = model.rings[junction, side], axis + 2 * side
        for wall in range(2):
            if walls.place[ring, wall] == contact and pull > model.roughness[ring, contact]:
                leaver = walls.scalars[LEAVER_COUNT]
                walls.leavers[leaver, 0] = ring
                walls.leavers[leaver, 1] = wall
                walls.scalars[LEAVER_COUNT] = leaver + 1
                gone += 1
    if gone > 0:
        walls.left[walls.scalars[LEFT_COUNT]] = junction
        walls.scalars[LEFT_COUNT] += 1


@inlined
def _draw_list(walls, model, bucket, pull, scale, most):
    row = model.table[bucket & 1]
    sparse = most < SPARSE
    ceiling = most if sparse else 1.0
    index = -1
    while True:
        index += 1
        if sparse:
            index += _jump(walls, most, walls.sizes[bucket] - index)
        if index >= walls.sizes[bucket]:
            return
        junction = walls.members[bucket, index]
        if uniform(walls.words) * ceiling < _look_up(row, pull * scale * model.inverse_depinning[junction]):
            _leave(walls, model, junction, pull)


@inlined
def _jump(walls, chance, remaining):
    draw = 1.0 - uniform(walls.words)
    if draw <= 1.0 - chance * remaining:
        return remaining
    if draw > 1.0 - chance:
        return 0
    return min(remaining, int(math.log(draw) / math.log1p(-chance)))


@inlined
def choose_leavers(walls, model, field, minimum):
    """Fill the lists of walls that leave junctions in this tick at the field (T) and minimum (segment)."""
    walls.scalars[LEAVER_COUNT] = 0
    walls.scalars[LEFT_COUNT] = 0
    for bucket in range(4):
        axis = bucket >> 1
        pull = field * model.sines[minimum + axis * model.quarter]
        if walls.sizes[bucket] == 0 or pull <= model.least_roughness:
            continue
        scale = model.inverse_factor[bucket & 1]
        most = _look_up(model.table[bucket & 1], pull * scale * model.inverse_weakest[axis])
        if most > NEVER:
            _draw_list(walls, model, bucket, pull, scale, most)
    if walls.scalars[LOOSE_COUNT] > 0:
        _free_loose(walls)


@inlined
def _free_loose(walls):
    for ring in range(len(walls.place)):
        for wall in range(2):
            if walls.place[ring, wall] >= LOOSE:
                leaver = walls.scalars[LEAVER_COUNT]
                walls.leavers[leaver, 0] = ring
                walls.leavers[leaver, 1] = wall
                walls.scalars[LEAVER_COUNT] = leaver + 1
