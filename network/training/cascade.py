"""Cascade learning: one layer at a time with a readout of its own, then frozen (Marquez et al. 2018).

IEEE TNNLS 29, 5475. A frozen layer leaves nothing in memory for the gradient, so depth costs no memory.
"""

import torch
from nado_lab.network.device_network import DeviceNetwork
from nado_lab.network.tasks.task import Task
from nado_lab.network.training.bptt import Progress, train_through_twins
from nado_lab.network.training.checkpoint import Checkpoint
from nado_lab.network.training.settings import TrainSettings


def train_cascade(
    network: DeviceNetwork,
    task: Task,
    twins: list,
    settings: TrainSettings,
    progress: Progress | None = None,
    checkpoint: Checkpoint | None = None,
) -> None:
    """Train the layers in place from the lowest to the highest; `settings.epochs` is shared between them.

    A checkpoint is a file a layer (NAME.layer0, ...): layers that were done are read, not trained again.
    """
    layers = network.layer_count
    epochs = max(1, settings.epochs // layers)
    for layer in range(layers):
        stage = _stage(network, layer)
        own = settings.model_copy(update={"epochs": epochs, "seed": settings.seed + layer})
        kept = checkpoint.of_layer(layer) if checkpoint else None
        train_through_twins(stage, task, twins[: layer + 1], own, _counted(progress, layer * epochs), kept)
    network.readout.load_state_dict(stage.readout.state_dict())
    network.requires_grad_(True)


def _stage(network: DeviceNetwork, layer: int) -> DeviceNetwork:
    """Return the network up to `layer`: weights shared, those below frozen, the readout new."""
    spec = network.spec.model_copy(update={"layers": network.spec.layers[: layer + 1]})
    stage = DeviceNetwork(spec)
    stage.connections = network.connections[: layer + 1]
    stage.recurrences = network.recurrences[: layer + 1]
    for index in range(layer + 1):
        for name in (f"readout_mean_{index}", f"readout_std_{index}"):
            stage.get_buffer(name).copy_(network.get_buffer(name))
    stage.connections[:layer].requires_grad_(False)
    stage.recurrences[:layer].requires_grad_(False)
    torch.nn.init.zeros_(stage.readout.weight)
    torch.nn.init.zeros_(stage.readout.bias)
    return stage


def _counted(progress: Progress | None, before: int) -> Progress | None:
    if progress is None:
        return None
    return lambda row: progress(row | {"epoch": row["epoch"] + before})
