"""What training minimises."""

from nado_lab.network.device import NetworkTwins, first_twin, twins_of_layers
from nado_lab.network.run import LayerTrace
from nado_lab.network.tasks.task import Task
from torch import Tensor, nn


def loss_of(task: Task, answers: Tensor, targets: Tensor) -> Tensor:
    """Return the cross entropy of classes, or the mean square error after the washout."""
    if task.is_classification:
        return nn.functional.cross_entropy(answers, targets)
    return nn.functional.mse_loss(task.counted(answers), task.counted(targets))


def range_excess(traces: list[LayerTrace], twins: NetworkTwins) -> Tensor:
    """Return the mean squared excess of all layers' drives over the ranges their twins were fitted on."""
    total = traces[0].drives.new_zeros(())
    for trace, devices in zip(traces, twins_of_layers(twins, len(traces)), strict=True):
        twin, drive = first_twin(devices), trace.drives
        over = nn.functional.relu(drive - twin.drive_high) + nn.functional.relu(twin.drive_low - drive)
        total = total + over.square().mean()
    return total
