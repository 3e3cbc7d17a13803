"""The reservoir: random weights into the devices, and only the readout trained."""

import torch
from nado_lab.network.device import NetworkTwins
from nado_lab.network.device_network import DeviceNetwork
from nado_lab.network.lengths import batches, filled_up
from nado_lab.network.tasks.task import Task
from nado_lab.network.training.readout_fit import fit_readout
from nado_lab.network.training.settings import TrainSettings, Variant
from nado_lab.observer import Observer, Progress
from torch import Tensor


@torch.no_grad()
def fit_reservoir(
    network: DeviceNetwork,
    task: Task,
    twins: NetworkTwins,
    settings: TrainSettings,
    observer: Observer | None = None,
) -> None:
    """Fit the readout by ridge on the noisy twin's responses, so that it can be deployed as it is.

    A deterministic training sees them without noise. Of the settings ridge, batch and seed count.
    """
    generator, observer = torch.Generator().manual_seed(settings.seed), observer or Observer()
    rows, parts = batches(len(task.train), task.train.lengths, settings.batch), list[Tensor]()
    noise, steps = settings.variant is not Variant.DETERMINISTIC, task.train.inputs.shape[1]
    for some in rows:
        observer.check()
        part = task.train[some].trimmed().to(network.device)
        readouts = network.respond(part.inputs, twins, noise=noise, generator=generator)
        parts.append(filled_up(network.features(readouts, part.lengths).cpu(), steps))
        observer.progress(Progress("train", len(parts) / len(rows), "responses of the twin"))
    fit_readout(network, torch.cat(parts), task, task.train[torch.cat(rows)], settings.ridge)
