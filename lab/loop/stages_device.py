"""The stages that ask the device, and the one that compares it with the twin."""

from __future__ import annotations

import numpy as np

from lab.errors import LabError
from lab.loop.active import disagreeing_twins, next_drives
from lab.loop.compare import compare
from lab.loop.config import Choose
from lab.loop.deploy import check_fit, deploy_layers, run_of
from lab.loop.node_scores import as_rows, findings, score_nodes
from lab.loop.play import own_readout, play
from lab.loop.probes import random_drives
from lab.loop.round import Result, Round, lineage, own_drives
from lab.loop.round_drift import drift_since, drift_within, initial_state
from lab.loop.trials import trials_of
from lab.loop.workshop import Workshop, device_seconds, measure
from lab.store import Run
from twin import Twin


def measure_stage(this: Round) -> Result:
    """Measure sequences: random ones in the first round, later those that say most."""
    shop, rng = this.shop, np.random.default_rng(this.seed("measure"))
    with shop.open_device(this.visit("measure")) as setup:
        ports, step_s = setup.port_count, setup.step_s
    if this.before is None:
        chosen = shop.config.measure
        drive = random_drives(rng, chosen.sequences, shop.steps, ports, chosen.held_share)
        _require_time(shop, step_s)
    else:
        drive = _later_drives(this, rng, ports)
    run = measure(shop, this.visit("measure"), drive, this.folder / "measure.zarr", lineage(this))
    return {
        "runs": [run.metadata.run_id],
        "trials": len(drive),
        "step_s": step_s,
        "device_s": device_seconds(run, step_s),
        "drift": drift_since(this, run),
    }


def _later_drives(this: Round, rng: np.random.Generator, ports: int) -> np.ndarray:
    """Choose the drives of a later round with the twin and the network of the round before."""
    shop, twin, network = this.shop, this.old_twin(), this.old_network()
    how = shop.config.measure
    own = own_drives(this, network, twin)
    ensemble: list[Twin] = []
    if how.choose is Choose.DISAGREEMENT:
        trials, seed = trials_of(shop.folder(0) / "measure.zarr"), this.seed("ensemble")
        ensemble = disagreeing_twins(trials, shop.config.twin, seed, how.ensemble)
    like = np.empty((shop.steps, ports))
    return next_drives(how.choose, how.more, like, own, ensemble, rng)


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


def deploy_stage(this: Round) -> Result:
    """Send the test examples to the device, layer by layer."""
    shop, network, step_s = this.shop, this.network(), this.state.stages["measure"]["step_s"]
    spent, runs, reference = 0.0, [], initial_state(this)

    def respond(layer: int, drive: np.ndarray) -> np.ndarray:
        nonlocal spent
        with shop.open_device(this.visit("deploy", spent)) as setup:
            check_fit(network, setup)
            options = shop.options(this.number, "deploy", setup.port_count, lineage(this))
            run = play(drive, setup, run_of(this.folder / "deploy", layer), options)
        runs.append(run)
        spent += device_seconds(run, step_s)
        return own_readout(run, options, reference)

    deploy_layers(network, shop.task.test.inputs.numpy(), this.folder / "deploy", respond)
    drifts = [drift_within(this, run) for run in runs]
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
    reference = initial_state(this)

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
