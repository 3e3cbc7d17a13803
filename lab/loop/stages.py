"""The stages of a round: each takes what earlier ones left, and can be done again after a kill."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from lab.loop.adapt import adapt
from lab.loop.follow import follow
from lab.loop.in_the_loop import RecordedDevice
from lab.loop.play import play
from lab.loop.round import Result, Round, checkpoint, epochs, notes, own_drives
from lab.loop.stages_device import compare_stage, deploy_stage, measure_stage
from lab.loop.trials import trials_of
from lab.loop.workshop import device_seconds
from network import DeviceNetwork, PhysicsAware, train
from network import save as save_network
from network.training import train_through_twins
from twin import fit
from twin import save as save_twin


def fit_stage(this: Round) -> Result:
    """Fit the first twin."""
    shop, path = this.shop, this.folder / "device.twin"
    if not path.exists():
        phases = {"mean": 0.0, "likelihood": 0.3, "score": 0.3}

        def report(event: dict[str, Any]) -> None:
            tell(round(100 * (phases[event["phase"]] + 0.7 * event["done"])), 100)

        tell = shop.tell(this.number, "fit")
        settings = shop.config.twin.fit_settings(this.seed("fit"))
        save_twin(fit(trials_of(this.folder / "measure.zarr"), settings, report), path)
    return {"twin": path.name}


def recalibrate_stage(this: Round) -> Result:
    """Bring the twin of the round before up to date with what was measured in this one."""
    shop, path = this.shop, this.folder / "device.twin"
    if not path.exists():
        tell = shop.tell(this.number, "recalibrate")
        trials = trials_of(this.folder / "measure.zarr")
        steps = shop.config.twin.recalibrate_steps
        fresh = adapt(
            this.old_twin(),
            trials,
            steps,
            this.seed("recalibrate"),
            lambda done: tell(round(100 * done), 100),
        )
        save_twin(fresh, path)
    return {"twin": path.name}


def train_stage(this: Round) -> Result:
    """Train the first network through the twin."""
    shop, path = this.shop, this.folder / "network.net"
    if not path.exists():
        settings = shop.config.network.model_copy(update={"seed": this.seed("train")})
        tell = epochs(this, "train", settings.epochs)
        network = train(shop.task, this.twin(), settings, tell, checkpoint(this, settings))
        save_network(network, path, notes(this, settings))
    return {"network": path.name}


def refine_stage(this: Round) -> Result:
    """Train the network of the round before on: through the new twin, then with the device in the loop."""
    shop, path = this.shop, this.folder / "network.net"
    how = shop.config.refine
    network = this.old_network()
    settings = shop.config.network.model_copy(
        update={"seed": this.seed("refine"), "epochs": how.epochs, "learning_rate": how.learning_rate}
    )
    twins = [this.twin()] * network.layer_count
    follow(network, this.old_twin(), twins[0], own_drives(this, network, this.old_twin()))
    tell = epochs(this, "refine", how.epochs)
    train_through_twins(network, shop.task, twins, settings, tell, checkpoint(this, settings))
    device_s = _refine_on_device(this, network) if how.device_examples else 0.0
    if not path.exists():
        save_network(network, path, notes(this, settings))
    return {"network": path.name, "device_s": device_s}


def _refine_on_device(this: Round, network: DeviceNetwork) -> float:
    """Go forward on the device and backward through the twin, for a few examples; return device seconds."""
    shop, how, twin = this.shop, this.shop.config.refine, this.twin()
    step_s = this.state.stages["measure"]["step_s"]
    spent = 0.0

    def answer(drive: np.ndarray, run: Path) -> np.ndarray:
        nonlocal spent
        with shop.open_device(this.visit("refine", spent)) as setup:
            options = replace(shop.options(this.number, "refine", setup.port_count), probe=None)
            done = play(drive, setup, run, options)
        spent += device_seconds(done, step_s)
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
    device = PhysicsAware(RecordedDevice(this.folder / "refine", answer), twin)
    few = replace(shop.task, train=shop.task.train[: how.device_examples])
    train_through_twins(network, few, [device] * network.layer_count, settings)
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
