"""The reservoir: random weights into the devices, and only the readout trained."""

from typing import Any

import torch
from nado_lab.network.device_network import DeviceNetwork
from nado_lab.network.tasks.task import Task
from nado_lab.network.training.readout_fit import fit_readout


@torch.no_grad()
def fit_reservoir(
    network: DeviceNetwork,
    task: Task,
    twins: Any,
    *,
    noise: bool = True,
    ridge: float = 10.0,
    seed: int = 0,
    batch: int = 250,
) -> None:
    """Fit the readout by ridge on the noisy twin's responses, so that it can be deployed as it is."""
    generator = torch.Generator().manual_seed(seed)
    parts = [
        network.features(network.respond(part, twins, noise=noise, generator=generator))
        for part in task.train.inputs.split(batch)
    ]
    fit_readout(network, torch.cat(parts), task, task.train.targets, ridge)
