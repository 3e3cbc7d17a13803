"""The stages of a round: each takes what earlier ones left, and can be done again after a kill."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from lab.errors import LabError
from lab.loop.active import disagreeing_twins, next_drives
from lab.loop.adapt import adapt
from lab.loop.compare import compare
from lab.loop.config import Choose
from lab.loop.deploy import check_fit, deploy_layers, run_of
from lab.loop.drift import drift_score, verdict
from lab.loop.follow import follow
from lab.loop.in_the_loop import RecordedDevice
from lab.loop.node_scores import as_rows, findings, score_nodes
from lab.loop.play import own_readout, play, probe_readout
from lab.loop.probes import network_drives, random_drives
from lab.loop.round_state import RoundState
from lab.loop.trials import trials_of
from lab.loop.workshop import Visit, Workshop, device_seconds, measure, step_seconds
from lab.store import Run
from network import Checkpoint, DeviceNetwork, PhysicsAware, TrainSettings, train
from network import load as load_network
from network import save as save_network
from network.training import train_through_twins
from twin import Twin, fit
from twin import load as load_twin
from twin import save as save_twin

Result = dict[str, Any]
DRAWN_EXAMPLES = 100  # training examples whose drives the network's own are chosen from


@dataclass(frozen=True)
class Round:
    """A round as its stages see it; `before` is the round before it, `spent_s` the device time so far."""

    shop: Workshop
    state: RoundState
    before: RoundState | None
    spent_before_s: float

    @property
    def number(self) -> int:
        """Give the number of the round, 0 for the first."""
        return self.state.number

    @property
    def folder(self) -> Path:
        """Give the folder of the round."""
        return self.state.folder

    def visit(self, stage: str, more_s: float = 0.0) -> Visit:
        """Plan a visit to the device, `more_s` after what the round has spent so far."""
        return Visit(self.number, stage, self.spent_before_s + self.state.device_s() + more_s)

    def seed(self, stage: str) -> int:
        """Give the seed of a stage."""
        return self.shop.seed(self.number, stage)

    def twin(self) -> Twin:
        """Load the twin of this round."""
        return load_twin(self.folder / "device.twin")

    def network(self) -> DeviceNetwork:
        """Load the network of this round."""
        return load_network(self.folder / "network.net").network

    def old_twin(self) -> Twin:
        """Load the twin of the round before."""
        return load_twin(self._before() / "device.twin")

    def old_network(self) -> DeviceNetwork:
        """Load the network of the round before."""
        return load_network(self._before() / "network.net").network

    def _before(self) -> Path:
        if self.before is None:
            raise LabError("the first round has none before it")
        return self.before.folder


def measure_stage(this: Round) -> Result:
    """Measure sequences: random ones in the first round, later those that say most."""
    shop, rng = this.shop, np.random.default_rng(this.seed("measure"))
    with shop.open_device(this.visit("measure")) as setup:
        ports, step_s = setup.port_count, step_seconds(setup)
    if this.before is None:
        chosen = shop.config.measure
        drive = random_drives(rng, chosen.sequences, shop.steps, ports, chosen.held_share)
        _require_time(shop, step_s)
    else:
        drive = _later_drives(this, rng, ports)
    run = measure(shop, this.visit("measure"), drive, this.folder / "measure.zarr", _lineage(this))
    return {
        "runs": [run.metadata.run_id],
        "trials": len(drive),
        "step_s": step_s,
        "device_s": device_seconds(run, step_s),
        "drift": _drift_since(this, run),
    }


def _later_drives(this: Round, rng: np.random.Generator, ports: int) -> np.ndarray:
    """Choose the drives of a later round with the twin and the network of the round before."""
    shop, twin, network = this.shop, this.old_twin(), this.old_network()
    how = shop.config.measure
    own = _own_drives(this, network, twin)
    ensemble: list[Twin] = []
    if how.choose is Choose.DISAGREEMENT:
        trials, seed = trials_of(shop.folder(0) / "measure.zarr"), this.seed("ensemble")
        ensemble = disagreeing_twins(trials, shop.config.twin, seed, how.ensemble)
    like = np.empty((shop.steps, ports))
    return next_drives(how.choose, how.more, like, own, ensemble, rng)


def _own_drives(this: Round, network: DeviceNetwork, twin: Twin) -> list[np.ndarray]:
    """Give what the network sends for some training examples: per layer (trial, node, step, port)."""
    seed, examples = this.seed("drives"), this.shop.task.train
    few = np.random.default_rng(seed).integers(0, len(examples), DRAWN_EXAMPLES)
    return network_drives(network, examples.inputs[few], [twin] * network.layer_count, seed)


def _require_time(shop: Workshop, step_s: float) -> None:
    """Refuse a budget that the first round alone would break."""
    config = shop.config
    trials = config.measure.sequences + len(shop.task.test) * sum(config.network.nodes)
    needed = trials * shop.steps * step_s
    if needed > config.budget.device_s:
        raise LabError(
            f"the first round alone drives the device for {needed:.0f} s, more than budget.device_s = "
            f"{config.budget.device_s:g}; measure fewer sequences, or test fewer examples"
        )


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
        tell = _epochs(this, "train", settings.epochs)
        network = train(shop.task, this.twin(), settings, tell, _checkpoint(this, settings))
        save_network(network, path, _notes(this, settings))
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
    follow(network, this.old_twin(), twins[0], _own_drives(this, network, this.old_twin()))
    tell = _epochs(this, "refine", how.epochs)
    train_through_twins(network, shop.task, twins, settings, tell, _checkpoint(this, settings))
    device_s = _refine_on_device(this, network) if how.device_examples else 0.0
    if not path.exists():
        save_network(network, path, _notes(this, settings))
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


def deploy_stage(this: Round) -> Result:
    """Send the test examples to the device, layer by layer."""
    shop, network, step_s = this.shop, this.network(), this.state.stages["measure"]["step_s"]
    spent, runs, reference = 0.0, [], _initial_state(this)

    def respond(layer: int, drive: np.ndarray) -> np.ndarray:
        nonlocal spent
        with shop.open_device(this.visit("deploy", spent)) as setup:
            check_fit(network, setup)
            options = shop.options(this.number, "deploy", setup.port_count, _lineage(this))
            run = play(drive, setup, run_of(this.folder / "deploy", layer), options)
        runs.append(run)
        spent += device_seconds(run, step_s)
        return own_readout(run, options, reference)

    deploy_layers(network, shop.task.test.inputs.numpy(), this.folder / "deploy", respond)
    drifts = [_drift_within(this, run) for run in runs]
    known = [drift for drift in drifts if drift is not None]
    return {
        "runs": [run.metadata.run_id for run in runs],
        "device_s": spent,
        "drift": max(known) if known else None,
    }


def compare_stage(this: Round) -> Result:
    """Hold the device's answers and readouts, as stored, against the twin's."""
    shop, network, twin = this.shop, this.network(), this.twin()
    twins = [twin] * network.layer_count
    folder, options = this.folder / "deploy", shop.options(this.number, "compare", network.port_count)
    reference = _initial_state(this)

    def stored(layer: int, drive: np.ndarray) -> np.ndarray:
        return own_readout(Run.open(run_of(folder, layer)), options, reference)

    deployed = deploy_layers(network, shop.task.test.inputs.numpy(), folder, stored)
    seed = this.seed("compare")
    scores = score_nodes(deployed, twins, seed)
    return {
        **compare(network, shop.task, twins, shop.config.network.variant, deployed, seed),
        "findings": findings(scores, twins),
        "nodes": as_rows(scores),
    }


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


def _drift_within(this: Round, run: Run) -> float | None:
    """Score the drift from the first to the last third of a run by its probes."""
    if not this.shop.config.drift.probe_every:
        return None
    probes = probe_readout(run)
    third = len(probes) // 3
    return drift_score(probes[:third], probes[len(probes) - third :])


def _initial_state(this: Round) -> np.ndarray | None:
    """Average the initial state (channel,) over the run the twin was last fitted to, if it is followed."""
    if not this.shop.config.drift.follow_offset:
        return None
    return Run.open(this.folder / "measure.zarr").dataset()["initial"].values.mean(axis=0)


def _drift_since(this: Round, run: Run) -> dict[str, Any]:
    """Score the drift of the probes against the last measurement before, and say what it asks for."""
    rule = this.shop.config.drift
    score = None
    if rule.probe_every and this.before is not None:
        earlier = Run.open(this.before.folder / "measure.zarr")
        score = drift_score(probe_readout(earlier), probe_readout(run))
    return {"score": score, "verdict": verdict(score, rule.recalibrate_above, rule.stop_above).value}


def _lineage(this: Round) -> tuple[str, ...]:
    """Name the runs that this round's measurements follow from."""
    parents = this.state.stages.get("measure", {}).get("runs", [])
    if this.before is not None and not parents:
        parents = this.before.stages["deploy"]["runs"]
    return tuple(parents)


def _notes(this: Round, settings: TrainSettings) -> dict[str, Any]:
    """Write down what `nado deploy` and `nado validate` need to know of a network."""
    config = this.shop.config
    return {
        "task": {"name": config.task.name, "options": config.task.options},
        "settings": settings.model_dump(mode="json"),
        "twins": [str((this.folder / "device.twin").resolve())],
        "loop": {"round": this.number},
    }


def _checkpoint(this: Round, settings: TrainSettings) -> Checkpoint | None:
    """Keep the training's state after every epoch, where the method can."""
    return Checkpoint(this.folder / "training.state") if settings.method == "joint" else None


def _epochs(this: Round, stage: str, epochs: int) -> Callable[[dict[str, Any]], None]:
    tell = this.shop.tell(this.number, stage)
    return lambda event: tell(event["epoch"], epochs)
