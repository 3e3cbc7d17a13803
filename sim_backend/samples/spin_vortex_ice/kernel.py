"""Reversal, vortex nucleation and collapse of the bars under a field, compiled."""

from typing import NamedTuple

import numpy as np
from nado_lab.sim_backend.compiled import compiled, inlined
from nado_lab.sim_backend.samples.stream import normal, uniform

VORTEX_CLOCKWISE, VORTEX_ANTICLOCKWISE = 2, 3
RAMP = 6
LOW = 0.55


class Ice(NamedTuple):
    """Constants of the bars and their state, arrays of one value a bar unless noted; fields in T."""

    neighbour: np.ndarray
    push: np.ndarray
    near: np.ndarray
    """(bar, slot) int64: 1 where vortices favour each other."""
    lever: np.ndarray
    """Field along the bar for one tesla applied."""
    switching: np.ndarray
    collapse: np.ndarray
    """Field along the bar that ends a vortex (T)."""
    chance: np.ndarray
    """Chance of a vortex on reversal, 0 for thin bars."""
    chance_per_neighbour: float
    thermal: float
    """Relative deviation of the switching fields from pulse to pulse."""
    sure: float
    """Share of its switching field that a bar is sure to bear."""
    state: np.ndarray
    """int64: +1 or -1 along the bar's direction, or one of two vortices (2, 3)."""
    local: np.ndarray
    """Field of the neighbours along the bar (T)."""
    vortices: np.ndarray
    """int64: neighbours that are vortices."""
    words: np.ndarray
    """(4,) uint64: the thermal random stream."""


@inlined
def _moment(state):
    return state if state < VORTEX_CLOCKWISE else 0


@inlined
def _against(state, pull):
    """Return the field that works against a state when `pull` acts along the bar."""
    return abs(pull) if state >= VORTEX_CLOCKWISE else -state * pull


@inlined
def _limit(ice, bar):
    return ice.collapse[bar] if ice.state[bar] >= VORTEX_CLOCKWISE else ice.switching[bar]


@inlined
def _set_state(ice, bar, state):
    """Change a bar and what its neighbours feel."""
    change = _moment(state) - _moment(ice.state[bar])
    vortex = (1 if state >= VORTEX_CLOCKWISE else 0) - (1 if ice.state[bar] >= VORTEX_CLOCKWISE else 0)
    ice.state[bar] = state
    for slot in range(ice.neighbour.shape[1]):
        ice.local[ice.neighbour[bar, slot]] += change * ice.push[bar, slot]
    if vortex != 0:
        for slot in range(ice.neighbour.shape[1]):
            ice.vortices[ice.neighbour[bar, slot]] += vortex * ice.near[bar, slot]


@inlined
def _next_state(ice, bar, field):
    """Return what a bar becomes: its own state when it stays."""
    state, pull = ice.state[bar], field * ice.lever[bar] + ice.local[bar]
    against, limit = _against(state, pull), _limit(ice, bar)
    if against < ice.sure * limit:
        return state
    if against < (2.0 - ice.sure) * limit and against < limit * (1.0 + ice.thermal * normal(ice.words)):
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
    """Visit all bars again and again until none changes."""
    changed = True
    while changed:
        changed = False
        for bar in range(len(ice.state)):
            state = _next_state(ice, bar, field)
            if state != ice.state[bar]:
                _set_state(ice, bar, state)
                changed = True


@compiled
def apply_field(ice, field):
    """Raise the field (T, signed, along the diagonal) from zero in steps; weaker bars go before stronger."""
    for step in range(RAMP):
        _relax(ice, field * (LOW + (1.0 - LOW) * (step + 1) / RAMP))
