"""Put walls down and take them up, with the lists and readout sums kept in step."""

from nado_lab.sim_backend.compiled import inlined
from nado_lab.sim_backend.samples.nanoring.kernel.walls import (
    GONE,
    LEAVER_COUNT,
    LOOSE,
    LOOSE_COUNT,
    MOVING,
    RIDING,
    WALL_COUNT,
    segment_of,
)


@inlined
def _weigh(walls, model, ring, row, sign):
    for pair in range(walls.sums.shape[1]):
        walls.sums[row, pair] += sign * model.weights[ring, pair]


@inlined
def _enlist(walls, junction, bucket):
    size = walls.sizes[bucket]
    walls.members[bucket, size] = junction
    walls.slot[junction] = size
    walls.sizes[bucket] = size + 1


@inlined
def _delist(walls, junction, bucket):
    last = walls.sizes[bucket] - 1
    moved = walls.members[bucket, last]
    slot = walls.slot[junction]
    walls.members[bucket, slot] = moved
    walls.slot[moved] = slot
    walls.sizes[bucket] = last


@inlined
def _change_count(walls, model, junction, step):
    bucket = 2 * model.axis[junction] + walls.held[junction] - 1
    if walls.held[junction] > 0:
        _delist(walls, junction, bucket)
    walls.held[junction] += step
    if walls.held[junction] > 0:
        _enlist(walls, junction, bucket + step)


@inlined
def hold(walls, model, ring, wall, contact):
    """Hold a wall at the junction of an inner contact."""
    walls.place[ring, wall] = contact
    _change_count(walls, model, model.junction[ring, contact], 1)
    _weigh(walls, model, ring, contact & 1, 1)


@inlined
def ride(walls, model, ring, wall):
    """Let a wall ride on the minimum."""
    walls.place[ring, wall] = RIDING
    _weigh(walls, model, ring, 2, 1)


@inlined
def take(walls, model, ring, wall):
    """Take a wall from where it is; it must be put down again in the same tick."""
    place = walls.place[ring, wall]
    if place == RIDING:
        _weigh(walls, model, ring, 2, -1)
    else:
        _weigh(walls, model, ring, place & 1, -1)
        if place >= LOOSE:
            walls.scalars[LOOSE_COUNT] -= 1
        else:
            _change_count(walls, model, model.junction[ring, place], -1)
    walls.place[ring, wall] = MOVING


@inlined
def annihilate(walls, model, ring, wall, came_from):
    """Remove the wall that arrives (taken, from segment came_from) and the one that it meets.

    The vortex keeps the circulation of the larger domain before: clockwise lies anticlockwise of the
    head-to-head wall.
    """
    other = 1 - wall
    other_from = walls.before[ring, other]
    if other_from < 0:
        other_from = segment_of(walls, model, ring, other)
    take(walls, model, ring, other)
    clockwise = (other_from - came_from if wall == 0 else came_from - other_from) % model.segments
    walls.circulation[ring] = -1 if 2 * clockwise > model.segments else 1
    walls.place[ring, 0] = GONE
    walls.place[ring, 1] = GONE
    walls.scalars[WALL_COUNT] -= 2


@inlined
def meets(walls, model, ring, wall, segment):
    """Return whether the ring's other wall lies at the segment."""
    place = walls.place[ring, 1 - wall]
    if place in (GONE, MOVING):
        return False
    return segment_of(walls, model, ring, 1 - wall) == segment


@inlined
def land(walls, model, ring, wall, segment, came_from):
    """Put a taken wall down at its minimum or at a contact; it may meet the other wall there."""
    contact = model.contact_at[segment]
    if meets(walls, model, ring, wall, segment):
        annihilate(walls, model, ring, wall, came_from)
    elif contact >= 0 and model.junction[ring, contact] >= 0:
        hold(walls, model, ring, wall, contact)
    elif segment == walls.minima[wall]:
        ride(walls, model, ring, wall)
    else:
        walls.place[ring, wall] = LOOSE + contact
        walls.scalars[LOOSE_COUNT] += 1
        _weigh(walls, model, ring, contact & 1, 1)


@inlined
def take_leavers(walls, model):
    """Take up every wall that leaves in this tick and remember where it was."""
    for index in range(walls.scalars[LEAVER_COUNT]):
        ring, wall = walls.leavers[index, 0], walls.leavers[index, 1]
        walls.before[ring, wall] = segment_of(walls, model, ring, wall)
        take(walls, model, ring, wall)


@inlined
def land_leavers(walls, model):
    """Put the walls that left down again, in the order in which they left."""
    for index in range(walls.scalars[LEAVER_COUNT]):
        ring, wall = walls.leavers[index, 0], walls.leavers[index, 1]
        start = walls.before[ring, wall]
        goal = model.jumps[model.contact_at[start], walls.minima[wall]]
        land(walls, model, ring, wall, goal, start)
    for index in range(walls.scalars[LEAVER_COUNT]):
        walls.before[walls.leavers[index, 0], walls.leavers[index, 1]] = -1
