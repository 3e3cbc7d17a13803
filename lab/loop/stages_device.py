"""The stages that ask the device, and the one that compares it with the twin."""

from __future__ import annotations

import numpy as np
from nado_lab.lab.errors import LabError
from nado_lab.lab.loop.choose_drives import disagreeing_twins, next_drives
from nado_lab.lab.loop.config import Choose, DriftConfig
from nado_lab.lab.loop.context import Workshop, device_seconds, measure
from nado_lab.lab.loop.deploy_stage import Deploying
from nado_lab.lab.loop.round import Result, Round, lineage, measured, own_drives
from nado_lab.lab.loop.round_drift import drift_since
from nado_lab.lab.store import Run
from nado_lab.lab.trials import trials_of
from nado_lab.lab.workflow.compare import compare
from nado_lab.lab.workflow.deploy_layers import deploy_layers
from nado_lab.lab.workflow.deployment_report import layer_rows
from nado_lab.lab.workflow.draw_drives import random_drives
from nado_lab.lab.workflow.node_metrics import as_rows, findings, score_nodes
from nado_lab.twin import Twin


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
    seconds = config.measure.sequences * sum(step_s)
    for layer, nodes in enumerate(config.network.nodes):
        seconds += _with_checks(config.drift, nodes * examples) * step_s[config.array_of(layer)]
    needed = seconds * shop.steps
    if needed > config.budget.device_s:
        raise LabError(
            f"the first round alone drives the device for {needed:.0f} s, more than budget.device_s = "
            f"{config.budget.device_s:g}; measure fewer sequences, or test fewer examples"
        )


def _with_checks(drift: DriftConfig, trials: int) -> int:
    """Count the trials of a layer's deployment together with those that look for drift."""
    every = drift.compensate_every
    return trials + (-(-trials // every) * drift.compensate_sequences if every else 0)


def deploy_stage(this: Round) -> Result:
    """Send the test examples to the device, layer by layer, in stretches where drift is compensated."""
    way, inputs = Deploying(this), this.shop.task.test.inputs.numpy()
    deploy_layers(way.network, inputs, this.folder / "deploy", way.play)
    return {
        "runs": [run.metadata.run_id for run in way.runs],
        "device_s": way.spent_s,
        "drift": max(way.drifts, default=None),
        "compensated": way.compensated,
    }


def compare_stage(this: Round) -> Result:
    """Hold the device's answers and readouts, as stored, against the twin's."""
    shop, way, seed = this.shop, Deploying(this), this.seed("compare")
    deployed = deploy_layers(way.network, shop.task.test.inputs.numpy(), this.folder / "deploy", way.stored)
    scores = score_nodes(deployed, way.twins, seed)
    return {
        **compare(way.network, shop.task, way.twins, shop.config.network.variant, deployed, seed),
        "layers": layer_rows(scores),
        "findings": findings(scores, way.twins),
        "nodes": as_rows(scores),
    }
