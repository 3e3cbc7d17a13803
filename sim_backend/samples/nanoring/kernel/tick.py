"""One tick of the walls, and a run of ticks with its resistance."""

import math

from nado_lab.sim_backend.compiled import compiled, inlined
from nado_lab.sim_backend.samples.nanoring.kernel.moves import land_leavers, ride, take_leavers
from nado_lab.sim_backend.samples.nanoring.kernel.nucleation import nucleate
from nado_lab.sim_backend.samples.nanoring.kernel.riders import arrive, move_riders, place_minima
from nado_lab.sim_backend.samples.nanoring.kernel.thermal import choose_leavers
from nado_lab.sim_backend.samples.nanoring.kernel.walls import LEAVER_COUNT, LOOSE_COUNT, WALL_COUNT


@inlined
def _clear(walls):
    for junction in range(len(walls.held)):
        walls.held[junction] = 0
    for bucket in range(4):
        walls.sizes[bucket] = 0
    for row in range(3):
        for pair in range(walls.sums.shape[1]):
            walls.sums[row, pair] = 0


@inlined
def _saturate(walls, model, minimum):
    """Put every ring into an onion with its head-to-head wall at the minimum (segment)."""
    rings = len(walls.place)
    _clear(walls)
    walls.scalars[LOOSE_COUNT] = 0
    walls.scalars[WALL_COUNT] = 2 * rings
    place_minima(walls, model, minimum)
    for ring in range(rings):
        for wall in range(2):
            ride(walls, model, ring, wall)
    if model.contact_at[minimum] >= 0:
        arrive(walls, model, 0)


@inlined
def _tick(walls, model, field, minimum):
    choose_leavers(walls, model, field, minimum)
    if walls.scalars[LEAVER_COUNT] == 0:
        move_riders(walls, model, minimum)
        return
    take_leavers(walls, model)
    move_riders(walls, model, minimum)
    land_leavers(walls, model)
    nucleate(walls, model)


@inlined
def _read(walls, model, x, y, resistance):
    for pair in range(len(resistance)):
        value = model.resistance
        value -= walls.sums[0, pair] * model.drops[pair, 0]
        value -= walls.sums[1, pair] * model.drops[pair, model.quarter]
        value -= walls.sums[2, pair] * model.drops[pair, walls.minima[0]]
        tilt = model.tilts[pair]
        value -= tilt[0] * (x * x + y * y) + tilt[1] * (x * x - y * y) + tilt[2] * (2 * x * y)
        resistance[pair] = value


@compiled
def advance_walls(walls, model, field, resistance):
    """Move the walls through field (tick, 2) T and write resistance (tick, contact pair) ohm."""
    per_radian = model.segments / (2 * math.pi)
    for tick in range(len(field)):
        x, y = field[tick, 0], field[tick, 1]
        size = math.sqrt(x * x + y * y)
        if size >= model.idle:
            minimum = round(math.atan2(y, x) * per_radian) % model.segments
            if size >= model.saturation:
                _saturate(walls, model, minimum)
            else:
                _tick(walls, model, size, minimum)
        _read(walls, model, x, y, resistance[tick])
