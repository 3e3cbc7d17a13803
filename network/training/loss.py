"""What training minimises."""

from typing import Any

from nado_lab.network.device import first_twin, twins_of_layers
from nado_lab.network.device_network import DeviceNetwork
from nado_lab.network.tasks.task import Metric, Task
from torch import Tensor, nn


def loss_of(task: Task, answers: Tensor, targets: Tensor) -> Tensor:
    """Return the cross entropy of classes, or the mean square error after the washout."""
    if task.metric is Metric.ACCURACY:
        return nn.functional.cross_entropy(answers, targets)
    return nn.functional.mse_loss(answers[:, task.washout :], targets[:, task.washout :])


def range_excess(network: DeviceNetwork, drives: list[Tensor], twins: Any) -> Tensor:
    """Return the mean squared excess of drives (trial, node, step, port) over the twins' fitted ranges."""
    total = drives[0].new_zeros(())
    for drive, devices in zip(drives, twins_of_layers(twins, network.layer_count), strict=True):
        twin = first_twin(devices)
        over = nn.functional.relu(drive - twin.drive_high) + nn.functional.relu(twin.drive_low - drive)
        total = total + over.square().mean()
    return total
