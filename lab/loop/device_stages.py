"""The stages that ask the device, and the one that compares it with the twin."""

from __future__ import annotations

import numpy as np
from nado_lab.lab.errors import LabError
from nado_lab.lab.loop.choose_drives import disagreeing_twins, next_drives
from nado_lab.lab.loop.config import Choose, DriftConfig
from nado_lab.lab.loop.context import LoopContext, device_seconds, measure
from nado_lab.lab.loop.deploy_stage import Deploying
from nado_lab.lab.loop.records import Compared, Deployed, Measured
from nado_lab.lab.loop.round import Round, lineage, measured, own_drives
from nado_lab.lab.loop.round_drift import drift_since
from nado_lab.lab.store import Run
from nado_lab.lab.trials import trials_of
from nado_lab.lab.workflow.compare import compare, twin_answers
from nado_lab.lab.workflow.deploy import lengths_of
from nado_lab.lab.workflow.deploy_layers import deploy_layers
from nado_lab.lab.workflow.draw_drives import random_drives
from nado_lab.lab.workflow.node_metrics import average_layers, find_failures, measure_nodes
from nado_lab.twin import Twin

MANY = 100
"""Trials over which the seconds of a step are averaged: resets, uploads and reading have their share."""


def measure_stage(this: Round) -> Measured:
    """Measure sequences on every array: random ones in the first round, later those that say most."""
    context, rng = this.context, np.random.default_rng(this.seed("measure"))
    ports, step_s = _ask(this)
    if this.before is None:
        _require_time(context, step_s)
        chosen = context.config.measure
        drives = [
            random_drives(rng, chosen.sequences, context.steps, count, chosen.held_share) for count in ports
        ]
    else:
        drives = _later_drives(this, rng, ports)
    runs: list[Run] = []
    spent = 0.0
    for array in this.arrays:
        session = this.session("measure", spent, array)
        runs.append(measure(context, session, drives[array], measured(this.folder, array), lineage(this)))
        spent += device_seconds(runs[-1], step_s[array])
    return Measured(
        runs=tuple(run.metadata.run_id for run in runs),
        trials=sum(map(len, drives)),
        step_s=tuple(step_s),
        device_s=spent,
        drift=drift_since(this, runs),
    )


def _ask(this: Round) -> tuple[list[int], list[float]]:
    """Ask every array for its ports and for the seconds that a step takes in trials of this length."""
    ports, step_s = [], []
    for array in this.arrays:
        with this.context.open_device(this.session("measure", array=array)) as setup:
            if setup.devices:
                raise LabError(
                    f"this setup has {len(setup.devices)} devices side by side, and a loop plays one an "
                    "array: measure, fit and deploy with the single commands"
                )
            ports.append(setup.port_count)
            step_s.append(setup.estimate_s(MANY, this.context.steps) / (MANY * this.context.steps))
    return ports, step_s


def _later_drives(this: Round, rng: np.random.Generator, ports: list[int]) -> list[np.ndarray]:
    """Choose the drives of each array for a later round with the twins and network of the round before."""
    context, how = this.context, this.context.config.measure
    own = own_drives(this, this.old_network(), this.old_twins())
    chosen = []
    for array in this.arrays:
        mine = [drive for layer, drive in enumerate(own) if context.config.array_of(layer) == array]
        ensemble: list[Twin] = []
        if how.choose is Choose.DISAGREEMENT:
            trials, seed = trials_of(measured(context.folder(0), array)), this.seed("ensemble")
            ensemble = disagreeing_twins(trials, context.config.twin, seed, how.ensemble)
        like = np.empty((context.steps, ports[array]))
        chosen.append(next_drives(how.choose, how.more, like, mine, ensemble, rng))
    return chosen


def _require_time(context: LoopContext, step_s: list[float]) -> None:
    """Refuse a budget that the first round alone would break."""
    config, examples = context.config, len(context.task.test)
    seconds = config.measure.sequences * sum(step_s)
    for layer, nodes in enumerate(config.network.nodes):
        seconds += _with_checks(config.drift, nodes * examples) * step_s[config.array_of(layer)]
    needed = seconds * context.steps
    if needed > config.budget.device_s:
        raise LabError(
            f"the first round alone drives the device for {needed:.0f} s, more than budget.device_s = "
            f"{config.budget.device_s:g}; measure fewer sequences, or test fewer examples"
        )


def _with_checks(drift: DriftConfig, trials: int) -> int:
    """Count the trials of a layer's deployment together with those that look for drift."""
    every = drift.compensate_every
    return trials + (-(-trials // every) * drift.compensate_sequences if every else 0)


def deploy_stage(this: Round) -> Deployed:
    """Send the test examples to the device, layer by layer, in stretches where drift is compensated."""
    way, test = Deploying(this), this.context.task.test
    deploy_layers(way.network, test.inputs.numpy(), way.play, lengths_of(test))
    return Deployed(
        runs=tuple(run.metadata.run_id for run in way.runs),
        device_s=way.spent_s,
        drift=max(way.drifts, default=None),
        compensated=tuple(way.compensated),
    )


def compare_stage(this: Round) -> Compared:
    """Hold the device's answers and readouts, as stored, against the twin's."""
    context, way, seed = this.context, Deploying(this), this.seed("compare")
    test = context.task.test
    deployed = deploy_layers(way.network, test.inputs.numpy(), way.stored, lengths_of(test))
    said = twin_answers(way.network, context.task, way.twins, context.config.network.variant, seed)
    gap = compare(context.task, said, deployed.outputs, seed)
    nodes = measure_nodes(deployed, way.twins, seed)
    return Compared(
        metric=gap.metric,
        twin=gap.on_twin,
        device=gap.on_device,
        gap=gap.gap,
        gap_error=gap.error,
        n_test=gap.n,
        gap_low=gap.low,
        gap_high=gap.high,
        layers=average_layers(nodes),
        findings=find_failures(nodes, way.twins),
        nodes=tuple(nodes),
    )
