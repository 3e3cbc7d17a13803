"""One door to all variants of training."""

from typing import Any

from nado_lab.network.build import build
from nado_lab.network.device import twins_of_layers
from nado_lab.network.device_network import DeviceNetwork
from nado_lab.network.errors import NetworkError
from nado_lab.network.spec import StepReadout
from nado_lab.network.tasks.task import Task
from nado_lab.network.training.bptt import Progress, train_through_twins
from nado_lab.network.training.cascade import train_cascade
from nado_lab.network.training.checkpoint import Checkpoint
from nado_lab.network.training.reservoir import fit_reservoir
from nado_lab.network.training.settings import Method, TrainSettings, Variant


def train(
    task: Task,
    twins: Any,
    settings: TrainSettings,
    progress: Progress | None = None,
    checkpoint: Checkpoint | None = None,
) -> DeviceNetwork:
    """Build a network for the task and train it through the twins as `settings` say.

    `twins` is one twin for all layers, or a list with one entry a layer (a twin, or a list of twins that
    the nodes take in turn).
    """
    of_layers = twins_of_layers(twins, len(settings.nodes))
    network = new_network(task, of_layers, settings)
    fit_refit = {"ridge": settings.ridge, "seed": settings.seed, "batch": settings.batch}
    if settings.variant is Variant.RESERVOIR:
        fit_reservoir(network, task, of_layers, **fit_refit)
        return network
    if settings.method is Method.JOINT:
        train_through_twins(network, task, of_layers, settings, progress, checkpoint)
    else:
        train_cascade(network, task, of_layers, settings, progress, checkpoint)
    if settings.refit:
        fit_reservoir(network, task, of_layers, noise=settings.variant is Variant.NOISE_AWARE, **fit_refit)
    return network


def new_network(task: Task, twins: list, settings: TrainSettings) -> DeviceNetwork:
    """Build the untrained network: by default a readout of windows for classes, of each step for series."""
    usual = task.step_readout
    chosen = settings.readout or usual
    if (chosen is StepReadout.EACH) is not (usual is StepReadout.EACH):
        raise NetworkError(
            f"task {task.name} wants an answer {'a step' if usual is StepReadout.EACH else 'a trial'}: "
            f"readout = {chosen.value} does not give that; leave it out, or choose {_fitting(usual)}"
        )
    return build(
        task.train.inputs,
        task.outputs,
        twins,
        settings.nodes,
        seed=settings.seed,
        readout=chosen,
        **settings.structure,
    )


def _fitting(usual: StepReadout) -> str:
    one_a_step = usual is StepReadout.EACH
    return " or ".join(each.value for each in StepReadout if (each is StepReadout.EACH) is one_a_step)
