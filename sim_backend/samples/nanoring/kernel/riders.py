"""Walls that ride on the minimum: they only need a visit when it reaches a contact."""

import numba

from sim_backend.samples.nanoring.kernel.moves import annihilate, hold, meets, take
from sim_backend.samples.nanoring.kernel.walls import RIDE, RIDING


@numba.njit(cache=True)
def _arrive_one(walls, model, ring, wall, segment, came_from):
    contact = segment // (model.segments // 4)
    if meets(walls, model, ring, wall, segment):
        take(walls, model, ring, wall)
        annihilate(walls, model, ring, wall, came_from)
    elif model.junction[ring, contact] >= 0:
        take(walls, model, ring, wall)
        hold(walls, model, ring, wall, contact)


@numba.njit(cache=True)
def arrive(walls, model, came_from):
    """Stop the riding walls at inner contacts now that the minimum lies at a contact."""
    half = model.segments // 2
    here = walls.scalars[RIDE]
    for ring in range(len(walls.place)):
        for wall in range(2):
            if walls.place[ring, wall] == RIDING:
                shift = wall * half
                _arrive_one(
                    walls,
                    model,
                    ring,
                    wall,
                    (here + shift) % model.segments,
                    (came_from + shift) % model.segments,
                )


@numba.njit(cache=True)
def move_riders(walls, model, goal):
    """Turn the minimum to the goal segment, the short way round, stopping at the contacts on the way."""
    segments, quarter = model.segments, model.segments // 4
    distance = (goal - walls.scalars[RIDE]) % segments
    step = 1 if 2 * distance < segments else -1
    while walls.scalars[RIDE] != goal:
        start = walls.scalars[RIDE]
        here = (start + step) % segments
        while here != goal and here % quarter != 0:
            here = (here + step) % segments
        walls.scalars[RIDE] = here
        if here % quarter == 0:
            arrive(walls, model, start)
