"""One door to all variants of training."""

from typing import Any

from network.baselines.reservoir import fit_reservoir
from network.build import build
from network.device_network import DeviceNetwork
from network.tasks.task import Task
from network.training.bptt import Progress, train_through_twins
from network.training.settings import TrainSettings, Variant


def train(task: Task, twins: Any, settings: TrainSettings, progress: Progress | None = None) -> DeviceNetwork:
    """Build a network for the task and train it through the twins as `settings.variant` says."""
    network = build(
        task.train.inputs,
        task.outputs,
        twins,
        settings.nodes,
        seed=settings.seed,
        readout=settings.readout,
        windows=settings.windows,
    )
    if settings.variant is Variant.RESERVOIR:
        fit_reservoir(network, task, twins, ridge=settings.ridge, seed=settings.seed)
    else:
        train_through_twins(network, task, twins, settings, progress)
    return network
