"""The stages of a round: each takes what earlier ones left, and can be done again after a kill."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
from nado_lab.lab.loop.context import device_seconds
from nado_lab.lab.loop.device_stages import compare_stage, deploy_stage, measure_stage
from nado_lab.lab.loop.normalisation import follow
from nado_lab.lab.loop.records import Fitted, Result, Trained
from nado_lab.lab.loop.round import Round, measured, own_drives, twin_of
from nado_lab.lab.runs.observer import Observer
from nado_lab.lab.workflow.fit import FitRequest, fit
from nado_lab.lab.workflow.play_drives import own_readout, play_drives
from nado_lab.lab.workflow.recalibrate import RecalibrateRequest, recalibrate
from nado_lab.lab.workflow.recorded_device import RecordedDevice
from nado_lab.lab.workflow.refine import train_on_devices
from nado_lab.lab.workflow.train import TrainRequest, save_trained, train
from nado_lab.network import Checkpoint, DeviceNetwork, TaskChoice, TrainSettings
from nado_lab.network.training import train_through_twins
from nado_lab.twin import Twin

OF_ALL_SEQUENCES = 0.0
"""The share set aside to score a loop's twins: none, for fresh measurements do that in every round."""


def fit_stage(this: Round) -> Fitted:
    """Fit the first twin of every array."""
    settings = this.context.config.twin.fit_settings(this.seed("fit"))
    for array in this.arrays:
        path = twin_of(this.folder, array)
        if path.exists():
            continue
        runs = (measured(this.folder, array),)
        request = FitRequest(runs, path, settings, scored_share=OF_ALL_SEQUENCES)
        request = replace(request, resume=request.unfinished.exists())
        fit(request, this.observer("fit", array, len(this.arrays)))
    return Fitted(tuple(twin_of(this.folder, array).name for array in this.arrays))


def recalibrate_stage(this: Round) -> Fitted:
    """Bring the twins of the round before up to date with what was measured in this one."""
    for array in this.arrays:
        path = twin_of(this.folder, array)
        if path.exists():
            continue
        request = RecalibrateRequest(
            twin=twin_of(this.folder_before(), array),
            runs=(measured(this.folder, array),),
            out=path,
            fit_steps=this.context.config.twin.recalibrate_steps,
            seed=this.seed("recalibrate"),
        )
        recalibrate(request, this.observer("recalibrate", array, len(this.arrays)))
    return Fitted(tuple(twin_of(this.folder, array).name for array in this.arrays))


def train_stage(this: Round) -> Trained:
    """Train the first network through the twin."""
    settings = this.context.config.network.model_copy(update={"seed": this.seed("train")})
    request = _request(this, settings)
    if not request.out.exists():
        train(request, this.observer("train"))
    return Trained(request.out.name)


def refine_stage(this: Round) -> Trained:
    """Train the network of the round before on: through the new twin, then with the device in the loop."""
    context, how = this.context, this.context.config.refine
    network = this.old_network()
    settings = context.config.network.model_copy(
        update={"seed": this.seed("refine"), "epochs": how.epochs, "learning_rate": how.learning_rate}
    )
    request = _request(this, settings)
    twins, old = this.of_layers(this.twins()), this.old_twins()
    follow(network, this.of_layers(old), twins, own_drives(this, network, old))
    parts = 2 if how.device_examples else 1
    look = this.observer("refine", 0, parts)
    kept = Checkpoint(request.checkpoint) if request.checkpoint else None
    train_through_twins(network, context.task, twins, settings, look, kept)
    device_s = _refine_on_device(this, network, twins) if how.device_examples else 0.0
    if not request.out.exists():
        save_trained(network, context.task, twins, request)
    return Trained(request.out.name, device_s)


def _refine_on_device(this: Round, network: DeviceNetwork, twins: list[Twin]) -> float:
    """Go forward on the devices and backward through the twins, for a few examples; return device seconds."""
    context, how = this.context, this.context.config.refine
    spent, look = 0.0, Observer(this.context.observer.stop)

    def device(array: int) -> RecordedDevice:
        def measure(drive: np.ndarray, run: Path) -> np.ndarray:
            nonlocal spent
            session = this.session("refine", spent, array)
            with context.open_device(session) as setup:
                options = replace(context.options(session, setup.port_count), probe=None)
                done = play_drives(drive, setup, run, options, look)
            spent += device_seconds(done, this.step_s(array))
            return own_readout(done)

        return RecordedDevice(this.folder / (f"refine{array}" if array else "refine"), measure)

    settings = context.config.network.model_copy(
        update={
            "seed": this.seed("device"),
            "epochs": how.device_epochs,
            "batch": how.device_batch,
            "micro_batch": None,
            "learning_rate": how.learning_rate,
            "truncate": None,
        }
    )
    recorded = [device(array) for array in this.arrays]
    devices = [recorded[context.config.array_of(layer)] for layer in range(len(twins))]
    few = replace(context.task, train=context.task.train[: how.device_examples])
    train_on_devices(network, few, twins, devices, settings, this.observer("refine", 1, 2))
    return spent


def _request(this: Round, settings: TrainSettings) -> TrainRequest:
    """Say how the network of the round is trained and where it goes."""
    task = this.context.config.task
    return TrainRequest(
        task=TaskChoice(task.name, dict(task.options)),
        twins=tuple(twin_of(this.folder, array).resolve() for array in this.arrays),
        out=this.folder / "network.net",
        settings=settings,
        checkpoint=this.folder / "training.state" if settings.keeps_state else None,
        round=this.number,
    )


FIRST: dict[str, Callable[[Round], Result]] = {
    "measure": measure_stage,
    "fit": fit_stage,
    "train": train_stage,
    "deploy": deploy_stage,
    "compare": compare_stage,
}
LATER: dict[str, Callable[[Round], Result]] = {
    "measure": measure_stage,
    "recalibrate": recalibrate_stage,
    "refine": refine_stage,
    "deploy": deploy_stage,
    "compare": compare_stage,
}
