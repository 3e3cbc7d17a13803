"""Refine: train a network on with the device in the loop, forward on it and backward through the twin."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from nado_lab.lab.compose import open_source
from nado_lab.lab.errors import LabError
from nado_lab.lab.network_context import NetworkContext, read_context
from nado_lab.lab.new_output import refuse_existing, write_or_keep
from nado_lab.lab.reports.deployment_report import DeploymentReport
from nado_lab.lab.runs.observer import Observer, Staged
from nado_lab.lab.setup import OpenSetup, SetupSource
from nado_lab.lab.workflow.deploy import DeployRequest, check_devices, deploy
from nado_lab.lab.workflow.play_drives import PlayOptions, own_readout, play_drives
from nado_lab.lab.workflow.recorded_device import RecordedDevice
from nado_lab.lab.workflow.train import scores_on_twins
from nado_lab.network import NetworkScores, PhysicsAware, Refinement, TrainSettings, load, save
from nado_lab.network.training import train_through_twins

if TYPE_CHECKING:
    import numpy as np
    from nado_lab.lab.setup import Setup
    from nado_lab.network import DeviceNetwork, Task
    from nado_lab.twin import Twin

BATCH = 25


@dataclass(frozen=True)
class RefineRequest:
    """Which network to refine on which setup (or one a layer).

    The network goes to `out`, all that is measured to the folder `runs`. `other_device` and `other_timing`
    are those of `DeployRequest`.
    """

    network: Path
    setups: tuple[SetupSource, ...]
    out: Path
    runs: Path
    twins: tuple[Path, ...] = ()
    examples: int = 200
    epochs: int = 1
    learning_rate: float = 0.003
    test_examples: int | None = None
    seed: int = 0
    other_device: bool = False
    other_timing: bool = False


@dataclass(frozen=True)
class RefineResult:
    """The network as it was saved: its scores on the twins, and on the device before and after."""

    network: DeviceNetwork
    path: Path
    scores: NetworkScores
    before: DeploymentReport
    after: DeploymentReport


def refine(
    request: RefineRequest, observer: Observer | None = None, open_setup: OpenSetup = open_source
) -> RefineResult:
    """Train a network on, forward on the device; deploy it before and after."""
    refuse_existing(request.out)
    refuse_existing(request.runs, "--runs")
    observer = observer or Observer()
    saved = load(request.network)
    if saved.network.spec.recurrent:
        raise LabError(
            "a recurrent network is not refined on a device: that needs whole trials, forward on it and "
            "backward through the twin. Train it on twins, and deploy it step by step"
        )
    context = read_context(saved, request.twins, request.test_examples)
    before = deploy(_deployment(request, request.network, "before"), _part(observer, "before"), open_setup)
    settings = TrainSettings.of(
        epochs=request.epochs, batch=BATCH, learning_rate=request.learning_rate, seed=request.seed
    )
    few = replace(context.task, train=context.task.train[: request.examples])
    with ExitStack() as opened:
        setups = [opened.enter_context(open_setup(source)) for source in request.setups]
        check_devices(
            saved, context, setups, is_other=request.other_device, other_timing=request.other_timing
        )
        devices = _devices(request, context, setups, observer)
        train_on_devices(saved.network, few, context.one_twin_a_layer(), devices, settings, observer)
    scores = scores_on_twins(saved.network, context.task, context.twins, context.settings)
    refined = Refinement(
        on=tuple(source.name for source in request.setups),
        examples=request.examples,
        epochs=request.epochs,
        seed=request.seed,
        device_before=before.report.device,
        learning_rate=request.learning_rate,
        test_examples=request.test_examples,
    )
    card = replace(saved.card, scores=scores, refined=refined)
    write_or_keep(lambda path: save(saved.network, path, card), request.out)
    after = deploy(_deployment(request, request.out, "after"), _part(observer, "after"), open_setup)
    return RefineResult(saved.network, request.out, scores, before.report, after.report)


def train_on_devices(
    network: DeviceNetwork,
    task: Task,
    twins: Sequence[Twin],
    devices: Sequence[RecordedDevice],
    settings: TrainSettings,
    observer: Observer,
) -> None:
    """Train in place, forward on the device of each layer and backward through its twin."""
    both = [PhysicsAware(device, twin) for device, twin in zip(devices, twins, strict=True)]
    train_through_twins(network, task, both, settings, observer)


def _devices(
    request: RefineRequest, context: NetworkContext, setups: Sequence[Setup], observer: Observer
) -> list[RecordedDevice]:
    """Give the device of each layer; everything that it answers is a run."""
    lineage, look = context.lineage, Observer(observer.stop)

    def answer(index: int) -> RecordedDevice:
        source, setup = request.setups[index], setups[index]

        def measure(drive: np.ndarray, run: Path) -> np.ndarray:
            return own_readout(play_drives(drive, setup, run, PlayOptions(source, lineage), look))

        return RecordedDevice(request.runs / f"training{index}", measure)

    recorded = [answer(index) for index in range(len(setups))]
    return recorded * len(context.twins) if len(recorded) == 1 else recorded


def _deployment(request: RefineRequest, network: Path, moment: str) -> DeployRequest:
    return DeployRequest(
        network,
        request.runs / moment,
        request.setups,
        request.twins,
        request.test_examples,
        seed=request.seed,
        other_device=request.other_device,
        other_timing=request.other_timing,
    )


def _part(observer: Observer, moment: str) -> Observer:
    return Staged(observer, f"deploy ({moment})")
