"""What a trained network of devices is compared with."""

from nado_lab.network.baselines.echo_state import echo_state_baseline
from nado_lab.network.baselines.gru import gru_baseline
from nado_lab.network.baselines.linear import linear_baselines
from nado_lab.network.baselines.row import BaselineScore
from nado_lab.network.baselines.single_device import single_device_baseline
from nado_lab.network.baselines.table import BaselineSize, as_rows, baselines
from nado_lab.network.baselines.without_device import score_without_device

__all__ = [
    "BaselineScore",
    "BaselineSize",
    "as_rows",
    "baselines",
    "echo_state_baseline",
    "gru_baseline",
    "linear_baselines",
    "score_without_device",
    "single_device_baseline",
]
