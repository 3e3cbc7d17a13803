"""The stages of a round: each takes what earlier ones left, and can be done again after a kill."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import numpy as np
from nado_lab.lab.loop.context import device_seconds
from nado_lab.lab.loop.normalisation import follow
from nado_lab.lab.loop.round import Result, Round, Told, card, checkpoint, measured, own_drives, twin_of
from nado_lab.lab.loop.stages_device import compare_stage, deploy_stage, measure_stage
from nado_lab.lab.trials import trials_of
from nado_lab.lab.workflow.play_drives import play
from nado_lab.lab.workflow.recorded_device import RecordedDevice
from nado_lab.network import DeviceNetwork, PhysicsAware, train
from nado_lab.network import save as save_network
from nado_lab.network.training import train_through_twins
from nado_lab.twin import Observer, Progress, Twin, adapt, fit
from nado_lab.twin import save as save_twin


class ShareObserver(Observer):
    """Tell the loop how far a fit has come, in percent; it raises there where the loop is to stop."""

    def __init__(self, tell: Callable[[int, int], None]) -> None:
        self._tell = tell

    def progress(self, progress: Progress) -> None:
        self._tell(round(100 * progress.share), 100)


def fit_stage(this: Round) -> Result:
    """Fit the first twin of every array."""
    observer = ShareObserver(this.shop.tell(this.number, "fit"))
    settings = this.shop.config.twin.fit_settings(this.seed("fit"))
    for array in this.arrays:
        path = twin_of(this.folder, array)
        if not path.exists():
            save_twin(fit(trials_of(measured(this.folder, array)), settings, observer), path)
    return {"twins": [twin_of(this.folder, array).name for array in this.arrays]}


def recalibrate_stage(this: Round) -> Result:
    """Bring the twins of the round before up to date with what was measured in this one."""
    shop, old = this.shop, this.old_twins()
    observer, seed = ShareObserver(shop.tell(this.number, "recalibrate")), this.seed("recalibrate")
    for array in this.arrays:
        path = twin_of(this.folder, array)
        if not path.exists():
            trials = trials_of(measured(this.folder, array))
            steps = shop.config.twin.recalibrate_steps
            save_twin(adapt(old[array], trials, steps, seed, observer), path)
    return {"twins": [twin_of(this.folder, array).name for array in this.arrays]}


def train_stage(this: Round) -> Result:
    """Train the first network through the twin."""
    shop, path = this.shop, this.folder / "network.net"
    if not path.exists():
        settings = shop.config.network.model_copy(update={"seed": this.seed("train")})
        tell = Told(this, "train")
        twins = this.of_layers(this.twins())
        network = train(shop.task, twins, settings, tell, checkpoint(this, settings))
        save_network(network, path, card(this, settings))
    return {"network": path.name}


def refine_stage(this: Round) -> Result:
    """Train the network of the round before on: through the new twin, then with the device in the loop."""
    shop, path = this.shop, this.folder / "network.net"
    how = shop.config.refine
    network = this.old_network()
    settings = shop.config.network.model_copy(
        update={"seed": this.seed("refine"), "epochs": how.epochs, "learning_rate": how.learning_rate}
    )
    twins, old = this.of_layers(this.twins()), this.old_twins()
    follow(network, this.of_layers(old), twins, own_drives(this, network, old))
    tell = Told(this, "refine")
    train_through_twins(network, shop.task, twins, settings, tell, checkpoint(this, settings))
    device_s = _refine_on_device(this, network, twins) if how.device_examples else 0.0
    if not path.exists():
        save_network(network, path, card(this, settings))
    return {"network": path.name, "device_s": device_s}


def _refine_on_device(this: Round, network: DeviceNetwork, twins: list[Twin]) -> float:
    """Go forward on the devices and backward through the twins, for a few examples; return device seconds."""
    shop, how = this.shop, this.shop.config.refine
    spent = 0.0

    def answer(array: int, drive: np.ndarray, run: Path) -> np.ndarray:
        nonlocal spent
        visit = this.visit("refine", spent, array)
        with shop.open_device(visit) as setup:
            options = replace(shop.options(visit, setup.port_count), probe=None)
            done = play(drive, setup, run, options)
        spent += device_seconds(done, this.step_s(array))
        return done.dataset()["readout"].values

    settings = shop.config.network.model_copy(
        update={
            "seed": this.seed("device"),
            "epochs": how.device_epochs,
            "batch": how.device_batch,
            "micro_batch": None,
            "learning_rate": how.learning_rate,
            "truncate": None,
        }
    )
    recorded = [
        RecordedDevice(this.folder / (f"refine{array}" if array else "refine"), partial(answer, array))
        for array in this.arrays
    ]
    devices = [PhysicsAware(recorded[shop.config.array_of(layer)], twin) for layer, twin in enumerate(twins)]
    few = replace(shop.task, train=shop.task.train[: how.device_examples])
    train_through_twins(network, few, devices, settings)
    return spent


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
