"""What `benchmarks/cost.py` times: for each stage and size, something prepared, and a call that is timed."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from uuid import uuid4

import numpy as np
import torch
from nado_lab.lab.compose import open_named_setup
from nado_lab.lab.runs import run_protocol
from nado_lab.lab.store import RunMetadata, RunWriter, Status
from nado_lab.lab.workflow.deploy_layers import deploy_on
from nado_lab.network import Task, TrainSettings, Variant, train
from nado_lab.network.tasks.metric import Metric
from nado_lab.network.tasks.task import Examples
from nado_lab.protocols import Characterise, Column, configure
from nado_lab.twin import FitSettings, ModelSizes, ModelSpec, Trials, Twin, fit

Call = Callable[[], object]
FIT = FitSettings(likelihood_steps=20, score_steps=2, model=ModelSizes(hidden=0))


def measuring(folder: Path, size: int, *, varied: str) -> Call:
    """Characterise the simulated array: 40 sequences of 20 steps, or as many as asked."""
    procedure = Characterise()
    configure(procedure, {"sequences": 40, "steps": 20, "waveform": False} | {varied: size})

    def work() -> None:
        with open_named_setup("sim:nanoring") as setup:
            run_protocol(procedure, setup, folder / uuid4().hex)

    return work


def storing(folder: Path, size: int, *, varied: str) -> Call:
    """Write and pack a run of 2000 trials of 20 steps of 10 channels, or as many as asked."""
    sizes = {"sequences": 2000, "steps": 20, "channels": 10} | {varied: size}
    shape = (sizes["steps"], sizes["channels"])
    rows = np.random.default_rng(0).normal(size=(sizes["sequences"], *shape))
    column = Column("readout", ("step", "channel"), shape, units="V")

    def work() -> None:
        writer = RunWriter.create(folder / uuid4().hex, RunMetadata(), {"primary": (column,)})
        writer.append_block("primary", {"readout": rows})
        writer.finalise(Status.COMPLETE)

    return work


def fitting(folder: Path, size: int, *, varied: str) -> Call:
    """Fit 22 steps to 200 sequences of 20 steps of 5 channels, or as many as asked."""
    sizes = {"sequences": 200, "steps": 20, "channels": 5} | {varied: size}
    draw = torch.Generator().manual_seed(0)
    drive = 2 * torch.rand(sizes["sequences"], sizes["steps"], 1, generator=draw) - 1
    mixing = torch.randn(1, sizes["channels"], generator=draw)
    noise = torch.randn(*drive.shape[:2], sizes["channels"], generator=draw)
    trials = Trials(drive, drive @ mixing + 0.1 * noise)
    return partial(fit, trials, FIT)


def training(folder: Path, size: int, *, varied: str) -> Call:
    """Train an epoch on 200 sequences of 20 steps through 8 nodes of 10 channels, or as many as asked."""
    sizes = {"sequences": 200, "steps": 20, "channels": 10, "nodes": 8} | {varied: size}
    settings = TrainSettings(nodes=(sizes["nodes"],), epochs=1)
    return partial(train, _task(sizes["sequences"], sizes["steps"]), _twin(sizes["channels"]), settings)


def deploying(folder: Path, size: int, *, varied: str) -> Call:
    """Send 10 sequences of 20 steps through 4 nodes on the simulated array, or as many as asked."""
    sizes = {"sequences": 10, "steps": 20, "nodes": 4} | {varied: size}
    task = _task(sizes["sequences"], sizes["steps"])
    network = train(task, _twin(10), TrainSettings(nodes=(sizes["nodes"],), variant=Variant.RESERVOIR))

    def work() -> None:
        with open_named_setup("sim:nanoring") as setup:
            deploy_on(network, task.train.inputs.numpy(), [setup], folder / uuid4().hex)

    return work


def _task(sequences: int, steps: int) -> Task:
    draw = torch.Generator().manual_seed(0)
    inputs = torch.rand(sequences, steps, 4, generator=draw)
    examples = Examples(inputs, (inputs.mean((1, 2)) > 0.5).long())
    return Task("mean", Metric.ACCURACY, 2, examples, examples)


def _twin(channels: int) -> Twin:
    """Build an unfitted twin with the channels of the bench (or as many as asked)."""
    torch.manual_seed(0)
    if channels == 10:
        with open_named_setup("sim:nanoring") as bench:
            names, units = tuple(bench.channels), tuple(bench.channel_units)
    else:
        names, units = tuple(f"c{i}" for i in range(channels)), ("V",) * channels
    return Twin(ModelSpec(ports=1, channels=channels, components=min(channels, 16), hidden=8), names, units)


def _rows(stage: str, work: Callable[..., Call], **sizes: list[int]) -> list[tuple]:
    return [(stage, varied, values, partial(work, varied=varied)) for varied, values in sizes.items()]


DOUBLED = [20, 40, 80, 160]
STAGES = [
    *_rows("measuring", measuring, sequences=[50, 100, 200, 400], steps=DOUBLED),
    *_rows("storing", storing, sequences=[1000, 4000, 16000, 64000], channels=[10, 40, 160, 640]),
    *_rows("fitting", fitting, sequences=[100, 400, 1600, 6400], steps=DOUBLED, channels=[4, 8, 16, 64]),
    *_rows("training", training, sequences=[100, 200, 400], steps=DOUBLED, channels=[5, 10, 20, 40]),
    *_rows("training", training, nodes=[4, 8, 16, 32, 64]),
    *_rows("deploying", deploying, sequences=[10, 20, 40, 80], steps=DOUBLED, nodes=[4, 8, 16, 32]),
]
