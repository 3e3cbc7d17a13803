"""What a trained network of devices is compared with."""

from network.baselines.echo_state import echo_state_baseline
from network.baselines.gru import gru_baseline
from network.baselines.linear import linear_baselines
from network.baselines.reservoir import fit_reservoir
from network.baselines.row import BaselineScore
from network.baselines.single_device import single_device_baseline
from network.baselines.table import as_rows, baselines

__all__ = [
    "BaselineScore",
    "as_rows",
    "baselines",
    "echo_state_baseline",
    "fit_reservoir",
    "gru_baseline",
    "linear_baselines",
    "single_device_baseline",
]
