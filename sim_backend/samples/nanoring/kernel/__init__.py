"""Compiled motion of the walls of one replica: only junctions with walls and walls that move are visited.

The rules are those of the published simulation as it runs, because the reference table of |M| and wall
population (physics.md) comes from it. Where its description says more than it does, this is what counts:
edge roughness holds walls at junctions only, a wall between contacts or at the edge of the array follows the
minimum at once, and the limit of 90 degrees a jump acts at one contact (`limited_contacts`). Beyond it, a
field that turns by more than one segment a tick stops walls at the junctions it passes, and below `idle_t`
nothing moves.
"""

from nado_lab.sim_backend.samples.nanoring.kernel.model import Model
from nado_lab.sim_backend.samples.nanoring.kernel.tick import advance_walls
from nado_lab.sim_backend.samples.nanoring.kernel.walls import Walls, empty_walls, wall_segments

__all__ = ["Model", "Walls", "advance_walls", "empty_walls", "wall_segments"]
