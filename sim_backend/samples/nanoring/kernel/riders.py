"""Walls that ride on the minimum: they only need a visit when it reaches a contact."""

from nado_lab.sim_backend.compiled import inlined
from nado_lab.sim_backend.samples.nanoring.kernel.moves import annihilate, hold, meets, take
from nado_lab.sim_backend.samples.nanoring.kernel.walls import RIDING


@inlined
def _arrive_one(walls, model, ring, wall, came_from):
    segment = walls.minima[wall]
    contact = model.contact_at[segment]
    if meets(walls, model, ring, wall, segment):
        take(walls, model, ring, wall)
        annihilate(walls, model, ring, wall, came_from)
    elif model.junction[ring, contact] >= 0:
        take(walls, model, ring, wall)
        hold(walls, model, ring, wall, contact)


@inlined
def arrive(walls, model, step):
    """Stop riding walls at inner contacts: the minima have just come to contacts, by step segments."""
    for wall in range(2):
        came_from = (walls.minima[wall] - step) % model.segments
        for ring in range(len(walls.place)):
            if walls.place[ring, wall] == RIDING:
                _arrive_one(walls, model, ring, wall, came_from)


@inlined
def place_minima(walls, model, segment):
    """Put the head-to-head minimum at a segment and the other opposite."""
    walls.minima[0] = segment
    walls.minima[1] = (segment + 2 * model.quarter) % model.segments


@inlined
def move_riders(walls, model, goal):
    """Turn the minima to the goal segment, the short way round, stopping walls at the contacts on the way."""
    way = (goal - walls.minima[0]) % model.segments
    step = 1 if way < 2 * model.quarter else -1
    while walls.minima[0] != goal:
        place_minima(walls, model, (walls.minima[0] + step) % model.segments)
        if model.contact_at[walls.minima[0]] >= 0:
            arrive(walls, model, step)
