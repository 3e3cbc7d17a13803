"""One device as a reservoir: a random mixture of the inputs drives it, and only the readout is trained."""

from nado_lab.network.baselines.row import BaselineScore
from nado_lab.network.build import build
from nado_lab.network.device import TwinDevice
from nado_lab.network.tasks.task import Task
from nado_lab.network.training.evaluate import score_on_twins
from nado_lab.network.training.reservoir import fit_reservoir
from nado_lab.network.training.settings import TrainSettings, Variant


def single_device_baseline(task: Task, twin: TwinDevice, seed: int = 0, windows: int = 4) -> BaselineScore:
    """Score one node on its (noisy) twin, read as the nodes of a network are: windows, or each step."""
    readout = task.step_readout
    how = {"readout": readout, "windows": windows}
    inputs, lengths = task.train.inputs, task.train.lengths
    network = build(inputs, task.outputs, twin, (1,), seed=seed, lengths=lengths, **how)
    fit_reservoir(network, task, twin, TrainSettings(variant=Variant.RESERVOIR, batch=250, seed=seed))
    return BaselineScore(
        "single-device reservoir",
        score_on_twins(network, task, twin),
        1,
        sum(parameter.numel() for parameter in network.readout.parameters()),
    )
