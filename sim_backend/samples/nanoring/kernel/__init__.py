"""Compiled motion of the walls of one replica: only junctions with walls and walls that move are visited."""

from sim_backend.samples.nanoring.kernel.model import Model
from sim_backend.samples.nanoring.kernel.tick import advance_walls
from sim_backend.samples.nanoring.kernel.walls import Walls, empty_walls, wall_segments

__all__ = ["Model", "Walls", "advance_walls", "empty_walls", "wall_segments"]
