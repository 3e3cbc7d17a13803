"""What a fit minimises: one file a loss, all in units of the readouts' standard deviation."""

from twin.losses.crps import crps
from twin.losses.energy import energy_score
from twin.losses.likelihood import likelihood
from twin.losses.scoring import free_running, sample_paths

__all__ = ["crps", "energy_score", "free_running", "likelihood", "sample_paths"]
