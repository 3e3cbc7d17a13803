"""Cascade learning: one layer at a time with a readout of its own, then frozen (Marquez et al. 2018).

IEEE TNNLS 29, 5475. A frozen layer leaves nothing in memory for the gradient, so depth costs no memory.
"""

from dataclasses import replace

import torch
from nado_lab.network.device import Twins
from nado_lab.network.device_network import DeviceNetwork
from nado_lab.network.tasks.task import Task
from nado_lab.network.training.bptt import train_through_twins
from nado_lab.network.training.checkpoint import Checkpoint
from nado_lab.network.training.settings import TrainSettings
from nado_lab.observer import Observer, PartOf, Progress


class _LayerOf(PartOf):
    """The training of one layer as a part of all, its epochs counted on from those of the layers before."""

    def __init__(self, whole: Observer, layer: int, layers: int, epochs: int) -> None:
        super().__init__(whole, layer / layers, (layer + 1) / layers)
        self._name, self._before = f"layer {layer + 1} of {layers}", layer * epochs

    def progress(self, progress: Progress) -> None:
        """Tell which layer it is."""
        counted = {"epoch": progress.figures["epoch"] + self._before}
        doing, figures = f"{self._name}, {progress.doing}", {**progress.figures, **counted}
        super().progress(replace(progress, doing=doing, figures=figures))


def train_cascade(
    network: DeviceNetwork,
    task: Task,
    twins: list[Twins],
    settings: TrainSettings,
    observer: Observer | None = None,
    checkpoint: Checkpoint | None = None,
) -> None:
    """Train the layers in place from the lowest to the highest; `settings.epochs` is shared between them.

    A checkpoint is a file a layer (NAME.layer0, ...): layers that were done are read, not trained again.
    """
    layers, observer, stage = network.layer_count, observer or Observer(), network
    epochs = max(1, settings.epochs // layers)
    for layer in range(layers):
        if layer:
            observer.check()
        stage = _stage(network, layer)
        own = settings.model_copy(update={"epochs": epochs, "seed": settings.seed + layer})
        kept = checkpoint.of_layer(layer) if checkpoint else None
        part = _LayerOf(observer, layer, layers, epochs)
        train_through_twins(stage, task, twins[: layer + 1], own, part, kept)
    network.readout.load_state_dict(stage.readout.state_dict())
    network.requires_grad_(requires_grad=True)


def _stage(network: DeviceNetwork, layer: int) -> DeviceNetwork:
    """Return the network up to `layer`: weights shared, those below frozen, the readout new."""
    spec = network.spec.model_copy(update={"layers": network.spec.layers[: layer + 1]})
    stage = DeviceNetwork(spec).to(network.device)
    stage.connections = network.connections[: layer + 1]
    stage.recurrences = network.recurrences[: layer + 1]
    for index in range(layer + 1):
        for name in (f"readout_mean_{index}", f"readout_std_{index}"):
            stage.get_buffer(name).copy_(network.get_buffer(name))
    stage.connections[:layer].requires_grad_(requires_grad=False)
    stage.recurrences[:layer].requires_grad_(requires_grad=False)
    torch.nn.init.zeros_(stage.readout.weight)
    torch.nn.init.zeros_(stage.readout.bias)
    return stage
