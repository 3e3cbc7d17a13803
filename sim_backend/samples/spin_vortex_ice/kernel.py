"""Reversal, vortex nucleation and collapse of the bars under a field, compiled."""

from typing import NamedTuple

import numpy as np

from sim_backend.samples.compiled import compiled, inlined
from sim_backend.samples.stream import normal, uniform

VORTEX_CLOCKWISE, VORTEX_ANTICLOCKWISE = 2, 3
RAMP = 8
LOW = 0.4
CERTAIN = 4.0


class Ice(NamedTuple):
    """Constants of the bars and their state, arrays of one value a bar unless noted; fields in T."""

    neighbour: np.ndarray
    push: np.ndarray
    near: np.ndarray
    lever: np.ndarray
    """Field along the bar for one tesla applied."""
    switching: np.ndarray
    collapse: np.ndarray
    """Field along the bar that ends a vortex (T)."""
    chance: np.ndarray
    """Chance of a vortex on reversal, 0 for thin bars."""
    chance_per_neighbour: float
    thermal: float
    state: np.ndarray
    """int64: +1 or -1 along the bar's direction, or one of two vortices (2, 3)."""
    local: np.ndarray
    """Field of the neighbours along the bar (T)."""
    vortices: np.ndarray
    """int64: neighbours that are vortices."""
    queue: np.ndarray
    """int64: bars to look at."""
    queued: np.ndarray
    """bool: whether a bar waits in the queue."""
    words: np.ndarray
    """(4,) uint64: the thermal random stream."""


@inlined
def _moment(state):
    return state if state < VORTEX_CLOCKWISE else 0


@inlined
def _set_state(ice, bar, state, waiting):
    change = _moment(state) - _moment(ice.state[bar])
    vortex = (1 if state >= VORTEX_CLOCKWISE else 0) - (1 if ice.state[bar] >= VORTEX_CLOCKWISE else 0)
    ice.state[bar] = state
    for slot in range(ice.neighbour.shape[1]):
        other = ice.neighbour[bar, slot]
        if other < 0:
            break
        ice.local[other] += change * ice.push[bar, slot]
        if ice.near[bar, slot]:
            ice.vortices[other] += vortex
        if not ice.queued[other]:
            ice.queued[other] = True
            ice.queue[waiting % len(ice.queue)] = other
            waiting += 1
    return waiting


@inlined
def _next_state(ice, bar, pull):
    """Return what a bar becomes at a field along it: its own state when it stays."""
    state = ice.state[bar]
    if state >= VORTEX_CLOCKWISE:
        limit, against = ice.collapse[bar], abs(pull)
    else:
        limit, against = ice.switching[bar], -state * pull
    spread = ice.thermal * limit
    if against < limit - CERTAIN * spread:
        return state
    if against < limit + CERTAIN * spread and against < limit + spread * normal(ice.words):
        return state
    direction = 1 if pull > 0 else -1
    if state >= VORTEX_CLOCKWISE:
        return direction
    chance = ice.chance[bar]
    if chance > 0.0 and uniform(ice.words) < chance + ice.chance_per_neighbour * ice.vortices[bar]:
        return VORTEX_CLOCKWISE if uniform(ice.words) < 0.5 else VORTEX_ANTICLOCKWISE
    return direction


@inlined
def _relax(ice, field):
    bars = len(ice.state)
    for bar in range(bars):
        ice.queue[bar] = bar
        ice.queued[bar] = True
    done, waiting = 0, bars
    while done < waiting:
        bar = ice.queue[done % bars]
        done += 1
        ice.queued[bar] = False
        state = _next_state(ice, bar, field * ice.lever[bar] + ice.local[bar])
        if state != ice.state[bar]:
            waiting = _set_state(ice, bar, state, waiting)


@compiled
def apply_field(ice, field):
    """Raise the field (T, signed, along the diagonal) from zero in steps; weaker bars go before stronger."""
    for step in range(RAMP):
        _relax(ice, field * (LOW + (1.0 - LOW) * (step + 1) / RAMP))
