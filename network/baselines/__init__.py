"""What a trained network of devices is compared with."""

from network.baselines.echo_state import echo_state_baseline
from network.baselines.gru import gru_baseline
from network.baselines.linear import linear_baseline
from network.baselines.reservoir import fit_reservoir
from network.baselines.row import BaselineScore
from network.baselines.table import as_rows, baselines

__all__ = [
    "BaselineScore",
    "as_rows",
    "baselines",
    "echo_state_baseline",
    "fit_reservoir",
    "gru_baseline",
    "linear_baseline",
]
