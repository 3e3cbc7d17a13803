"""What a fit minimises: one file a loss, all in units of the readouts' standard deviation."""

from nado_lab.twin.losses.adversarial import Critic, critic_loss, generator_loss
from nado_lab.twin.losses.crps import crps
from nado_lab.twin.losses.energy import energy_score
from nado_lab.twin.losses.forcing import later
from nado_lab.twin.losses.innovations import innovations
from nado_lab.twin.losses.likelihood import likelihood
from nado_lab.twin.losses.mean_square import mean_square
from nado_lab.twin.losses.scoring import free_running, sample_paths, some_channels

__all__ = [
    "Critic",
    "critic_loss",
    "crps",
    "energy_score",
    "free_running",
    "generator_loss",
    "innovations",
    "later",
    "likelihood",
    "mean_square",
    "sample_paths",
    "some_channels",
]
