"""What training minimises."""

from nado_lab.network.device import NetworkTwins, first_twin, twins_of_layers
from nado_lab.network.lengths import own_steps
from nado_lab.network.run import LayerTrace
from nado_lab.network.tasks.task import Examples, Task
from torch import Tensor, nn


def loss_of(task: Task, answers: Tensor, examples: Examples) -> Tensor:
    """Return the cross entropy of answers to classes, or the mean square error of the steps that count."""
    targets, lengths = examples.targets, examples.lengths
    if task.is_classification:
        return nn.functional.cross_entropy(answers, targets)
    return nn.functional.mse_loss(task.counted(answers, lengths), task.counted(targets, lengths))


def range_excess(traces: list[LayerTrace], twins: NetworkTwins, lengths: Tensor | None = None) -> Tensor:
    """Return the mean squared excess of all layers' drives over the ranges their twins were fitted on.

    Of trials of these `lengths` only the drives of their own steps count.
    """
    total = traces[0].drives.new_zeros(())
    for trace, devices in zip(traces, twins_of_layers(twins, len(traces)), strict=True):
        twin, drive = first_twin(devices), trace.drives
        if lengths is not None:
            drive = drive.transpose(1, 2)[own_steps(lengths, drive.shape[2])]
        over = nn.functional.relu(drive - twin.drive_high) + nn.functional.relu(twin.drive_low - drive)
        total = total + over.square().mean()
    return total
