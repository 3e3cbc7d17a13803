"""Where the bars lie, which are wide, and what field they put on each other."""

from typing import NamedTuple

import numpy as np
from nado_lab.sim_backend.samples.spin_vortex_ice.parameters import Lattice, SpinVortexIceParameters, WideBars
from scipy.spatial import KDTree

MU0_OVER_4PI = 1e-7
NEAR = 1.01
"""Bars up to this distance (in spacings) count as neighbours for vortices."""


class Bars(NamedTuple):
    """Geometry of one sample; neighbours as (bar, slot) arrays, a missing one the bar itself."""

    position: np.ndarray
    """(bar, 2) m."""
    direction: np.ndarray
    """(bar, 2): unit vector along the bar, at 45 degrees to the field."""
    wide: np.ndarray
    """(bar,) bool."""
    neighbour: np.ndarray
    """(bar, slot) int64."""
    push: np.ndarray
    """(bar, slot): field along the neighbour by the bar's moment along its direction (T)."""
    near: np.ndarray
    """(bar, slot) bool: close enough for vortices to favour each other."""


def place_bars(size: int, parameters: SpinVortexIceParameters) -> Bars:
    """Place 2 size (size + 1) bars on the edges of size x size squares."""
    position, direction, row = _square(size)
    direction = _turned(direction, _turn(parameters))
    wide = {
        WideBars.NONE: np.zeros(len(row), bool),
        WideBars.ALL: np.ones(len(row), bool),
        WideBars.ROWS: row % 2 == 0,
    }[parameters.wide]
    neighbour, push, near = _couple(position, direction, wide, parameters)
    return Bars(parameters.spacing_m * position, direction, wide, neighbour, push, near)


def field_direction(parameters: SpinVortexIceParameters) -> np.ndarray:
    """Return the unit vector of the applied field: between the two directions of the bars."""
    return _turned(np.array([1.0, 1.0]) / np.sqrt(2), _turn(parameters) + parameters.field_angle_rad)


def _turn(parameters: SpinVortexIceParameters) -> float:
    return np.pi / 4 if parameters.lattice == Lattice.PINWHEEL else 0.0


def _square(size: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    edge, middle = np.arange(size + 1.0), np.arange(size) + 0.5
    flat = np.stack(np.meshgrid(middle, edge), axis=-1).reshape(-1, 2)
    upright = np.stack(np.meshgrid(edge, middle), axis=-1).reshape(-1, 2)
    position = np.concatenate([flat, upright])
    direction = np.repeat([[1.0, 0.0], [0.0, 1.0]], [len(flat), len(upright)], axis=0)
    row = np.concatenate([flat[:, 1], upright[:, 0]]).astype(np.int64)
    return position, direction, row


def _turned(vector: np.ndarray, angle: float) -> np.ndarray:
    cosine, sine = np.cos(angle), np.sin(angle)
    return vector @ np.array([[cosine, sine], [-sine, cosine]])


def _couple(
    position: np.ndarray, direction: np.ndarray, wide: np.ndarray, parameters: SpinVortexIceParameters
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    pairs = KDTree(position).query_ball_point(position, parameters.neighbour_distance + 1e-6)
    slots = max(len(row) for row in pairs) - 1
    itself = np.arange(len(position))[:, None]
    neighbour = np.repeat(itself, slots, axis=1)
    for bar, row in enumerate(pairs):
        others = [other for other in row if other != bar]
        neighbour[bar, : len(others)] = others
    there = neighbour != itself
    apart = np.where(there[..., None], position[neighbour] - position[:, None], 1.0)
    distance = np.linalg.norm(apart, axis=-1)
    unit = apart / distance[..., None]
    along = np.einsum("bi,bsi->bs", direction, direction[neighbour])
    radial = np.einsum("bi,bsi->bs", direction, unit) * np.einsum("bsi,bsi->bs", direction[neighbour], unit)
    strength = MU0_OVER_4PI * _moment(wide, parameters)[:, None] / (parameters.spacing_m * distance) ** 3
    push = parameters.dipole_scale * strength * (3 * radial - along)
    return neighbour, np.where(there, push, 0.0), there & (distance <= NEAR)


def _moment(wide: np.ndarray, parameters: SpinVortexIceParameters) -> np.ndarray:
    width = np.where(wide, parameters.wide_bar.width_m, parameters.thin_bar.width_m)
    return parameters.magnetisation_a_per_m * parameters.length_m * parameters.thickness_m * width
