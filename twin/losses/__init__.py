"""What a fit minimises: one file a loss, all in units of the readouts' standard deviation."""

from twin.losses.adversarial import Critic, critic_loss, generator_loss
from twin.losses.crps import crps
from twin.losses.energy import energy_score
from twin.losses.forcing import later
from twin.losses.innovations import innovations
from twin.losses.likelihood import likelihood
from twin.losses.mean_square import mean_square
from twin.losses.scoring import free_running, sample_paths, some_channels

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
