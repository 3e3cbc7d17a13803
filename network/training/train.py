"""One door to all variants of training."""

from collections.abc import Sequence
from contextlib import ExitStack

from nado_lab.network.build import build
from nado_lab.network.device import NetworkTwins, Twins, twins_of_layers
from nado_lab.network.device_network import DeviceNetwork
from nado_lab.network.errors import NetworkError
from nado_lab.network.spec import StepReadout
from nado_lab.network.tasks.task import Task
from nado_lab.network.training.bptt import train_through_twins
from nado_lab.network.training.cascade import train_cascade
from nado_lab.network.training.checkpoint import Checkpoint
from nado_lab.network.training.reservoir import fit_reservoir
from nado_lab.network.training.settings import Method, TrainSettings, Variant
from nado_lab.observer import Observer, PartOf, Progress
from nado_lab.twin.compute import CPU, compute_device, computed_on
from torch import nn

TRAINED = 0.95  # the share of a training that ends with a refit of the readout, before that


def train(
    task: Task,
    twins: NetworkTwins,
    settings: TrainSettings,
    observer: Observer | None = None,
    checkpoint: Checkpoint | None = None,
    *,
    compute: str = CPU,
) -> DeviceNetwork:
    """Build a network for the task and train it through the twins as `settings` say.

    `twins` is one twin for all layers, or a list with one entry a layer (a twin, or a list of twins that
    the nodes take in turn). Where the observer wishes to stop the training ends with a `StoppedError`.
    `compute` says on which device of torch (cpu, cuda, cuda:1, mps); network and twins lie on the processor
    before and afterwards, and noise is that of the seed on all of them.
    """
    compute_device(compute)
    observer, of_layers = observer or Observer(), twins_of_layers(twins, len(settings.nodes))
    if checkpoint and not settings.keeps_state:
        raise NetworkError(f"variant {settings.variant} is fitted at once: leave the checkpoint out")
    if idle := settings.without_effect(task.step_readout):
        told = f"without effect with variant {settings.variant}, method {settings.method}: {', '.join(idle)}"
        observer.progress(Progress("train", 0.0, told))
    network = new_network(task, of_layers, settings)
    with ExitStack() as stack:
        for each in (network, *modules_of(of_layers)):
            stack.enter_context(computed_on(each, compute))
        _train_in_place(network, task, of_layers, settings, observer, checkpoint)
    return network


def modules_of(twins: list[Twins]) -> list[nn.Module]:
    """List the different twins of all layers that torch can move."""
    each = [one for layer in twins for one in (layer if isinstance(layer, Sequence) else [layer])]
    return list({id(one): one for one in each if isinstance(one, nn.Module)}.values())


def _train_in_place(
    network: DeviceNetwork,
    task: Task,
    of_layers: list[Twins],
    settings: TrainSettings,
    observer: Observer,
    checkpoint: Checkpoint | None,
) -> None:
    """Train in place as the settings say."""
    if settings.variant is Variant.RESERVOIR:
        fit_reservoir(network, task, of_layers, settings, observer)
        return
    through = train_through_twins if settings.method is Method.JOINT else train_cascade
    part = PartOf(observer, 0.0, TRAINED if settings.refit else 1.0)
    through(network, task, of_layers, settings, part, checkpoint)
    if settings.refit:
        fit_reservoir(network, task, of_layers, settings, PartOf(observer, TRAINED, 1.0))


def new_network(task: Task, twins: list[Twins], settings: TrainSettings) -> DeviceNetwork:
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
        lengths=task.train.lengths,
        readout=chosen,
        **settings.structure,
    )


def _fitting(usual: StepReadout) -> str:
    one_a_step = usual is StepReadout.EACH
    return " or ".join(each.value for each in StepReadout if (each is StepReadout.EACH) is one_a_step)
