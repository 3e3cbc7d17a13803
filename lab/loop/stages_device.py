"""The stages that ask the device, and the one that compares it with the twin."""

from __future__ import annotations

import numpy as np

from lab.errors import LabError
from lab.loop.active import disagreeing_twins, next_drives
from lab.loop.compare import compare
from lab.loop.config import Choose
from lab.loop.deploy import check_layer, deploy_layers, run_of
from lab.loop.deployment_report import layer_rows
from lab.loop.node_scores import as_rows, findings, score_nodes
from lab.loop.play import own_readout, play
from lab.loop.probes import random_drives
from lab.loop.round import Result, Round, lineage, measured, own_drives
from lab.loop.round_drift import drift_since, drift_within, initial_state
from lab.loop.trials import trials_of
from lab.loop.workshop import Workshop, device_seconds, measure
from lab.store import Run
from twin import Twin


def measure_stage(this: Round) -> Result:
    """Measure sequences on every array: random ones in the first round, later those that say most."""
    shop, rng = this.shop, np.random.default_rng(this.seed("measure"))
    ports, step_s = _ask(this)
    if this.before is None:
        _require_time(shop, step_s)
        chosen = shop.config.measure
        drives = [
            random_drives(rng, chosen.sequences, shop.steps, count, chosen.held_share) for count in ports
        ]
    else:
        drives = _later_drives(this, rng, ports)
    runs: list[Run] = []
    spent = 0.0
    for array in this.arrays:
        visit = this.visit("measure", spent, array)
        runs.append(measure(shop, visit, drives[array], measured(this.folder, array), lineage(this)))
        spent += device_seconds(runs[-1], step_s[array])
    return {
        "runs": [run.metadata.run_id for run in runs],
        "trials": sum(map(len, drives)),
        "step_s": step_s,
        "device_s": spent,
        "drift": drift_since(this, runs),
    }


def _ask(this: Round) -> tuple[list[int], list[float]]:
    """Ask every array for its ports and for the seconds of a step."""
    ports, step_s = [], []
    for array in this.arrays:
        with this.shop.open_device(this.visit("measure", array=array)) as setup:
            ports.append(setup.port_count)
            step_s.append(setup.step_s)
    return ports, step_s


def _later_drives(this: Round, rng: np.random.Generator, ports: list[int]) -> list[np.ndarray]:
    """Choose the drives of each array for a later round with the twins and network of the round before."""
    shop, how = this.shop, this.shop.config.measure
    own = own_drives(this, this.old_network(), this.old_twins())
    chosen = []
    for array in this.arrays:
        mine = [drive for layer, drive in enumerate(own) if shop.config.array_of(layer) == array]
        ensemble: list[Twin] = []
        if how.choose is Choose.DISAGREEMENT:
            trials, seed = trials_of(measured(shop.folder(0), array)), this.seed("ensemble")
            ensemble = disagreeing_twins(trials, shop.config.twin, seed, how.ensemble)
        like = np.empty((shop.steps, ports[array]))
        chosen.append(next_drives(how.choose, how.more, like, mine, ensemble, rng))
    return chosen


def _require_time(shop: Workshop, step_s: list[float]) -> None:
    """Refuse a budget that the first round alone would break."""
    config, examples = shop.config, len(shop.task.test)
    deployed = sum(n * step_s[config.array_of(layer)] for layer, n in enumerate(config.network.nodes))
    needed = (config.measure.sequences * sum(step_s) + examples * deployed) * shop.steps
    if needed > config.budget.device_s:
        raise LabError(
            f"the first round alone drives the device for {needed:.0f} s, more than budget.device_s = "
            f"{config.budget.device_s:g}; measure fewer sequences, or test fewer examples"
        )


def deploy_stage(this: Round) -> Result:
    """Send the test examples to the device, layer by layer."""
    shop, network = this.shop, this.network()
    spent, runs = 0.0, []

    def respond(layer: int, drive: np.ndarray) -> np.ndarray:
        nonlocal spent
        array = shop.config.array_of(layer)
        visit, below = this.visit("deploy", spent, array), [run.metadata.run_id for run in runs]
        with shop.open_device(visit) as setup:
            check_layer(network, layer, setup)
            options = shop.options(visit, setup.port_count, (*lineage(this), *below))
            run = play(drive, setup, run_of(this.folder / "deploy", layer), options)
        runs.append(run)
        spent += device_seconds(run, this.step_s(array))
        return own_readout(run, options, initial_state(this, array))

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
    shop, network, folder = this.shop, this.network(), this.folder / "deploy"
    twins = this.of_layers(this.twins())
    options = shop.options(this.visit("compare"), network.port_count)

    def stored(layer: int, drive: np.ndarray) -> np.ndarray:
        reference = initial_state(this, shop.config.array_of(layer))
        return own_readout(Run.open(run_of(folder, layer)), options, reference)

    deployed = deploy_layers(network, shop.task.test.inputs.numpy(), folder, stored)
    seed = this.seed("compare")
    scores = score_nodes(deployed, twins, seed)
    return {
        **compare(network, shop.task, twins, shop.config.network.variant, deployed, seed),
        "layers": layer_rows(scores),
        "findings": findings(scores, twins),
        "nodes": as_rows(scores),
    }
