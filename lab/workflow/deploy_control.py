"""Deploy a controller: it acts on its environment through the devices of a bench, one step at a time.

The plant is computed; the devices are whatever stands behind the setups. Episodes are a run a setup, every
step of them a committed row, and what is scored is read back from the run of the first setup.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from nado_lab.lab.compose import open_source
from nado_lab.lab.errors import LabError
from nado_lab.lab.json_record import JsonRecord
from nado_lab.lab.network_context import ControlContext, read_control
from nado_lab.lab.new_output import refuse_existing, write_or_keep
from nado_lab.lab.runs.observer import Observer
from nado_lab.lab.setup import OpenSetup, SetupSource
from nado_lab.lab.store import Run
from nado_lab.lab.workflow.deploy import check_devices
from nado_lab.lab.workflow.deploy_layers import run_of
from nado_lab.lab.workflow.deploy_steps import stepwise_layers
from nado_lab.lab.workflow.stepped_bench import StepOptions, SteppedBench, record_episodes
from nado_lab.lab.workflow.train_control import EPISODES, score_on_twins
from nado_lab.network import load
from nado_lab.network.control import (
    Begin,
    DeviceController,
    Episodes,
    EpisodeScore,
    Step,
    play,
    score,
    scored_episodes,
)
from nado_lab.protocols import Column

if TYPE_CHECKING:
    from nado_lab.lab.setup import Setup
    from nado_lab.network import Environment, SavedNetwork

REPORT = "report.json"
LEAST_COST = 1e-12
_NOTED = ("observed", "action", "reached", "cost")


@dataclass(frozen=True)
class DeployControlRequest:
    """Which controller to send where; `episodes` are those that it was scored on through its twins.

    `setups` are one, one a layer, or several a layer whose nodes take them in turn. `twins` say where those
    of the network's card lie now. With `resume` an OUT that ended early is gone on with, episode by episode;
    `other_device` and `other_timing` are those of `DeployRequest`.
    """

    network: Path
    out: Path
    setups: tuple[SetupSource, ...]
    twins: tuple[Path, ...] = ()
    episodes: int = EPISODES
    resume: bool = False
    seed: int | None = None
    other_device: bool = False
    other_timing: bool = False


@dataclass(frozen=True)
class StepTiming(JsonRecord):
    """How long the bench took for a step (s): median and 99 %, by the wall's clock; and how late it began."""

    latency_s: float
    latency_99_s: float
    late_99_s: float


@dataclass(frozen=True)
class ControlReport(JsonRecord):
    """A controller on its twins and on the bench, over the same episodes.

    `success_gap` is in points (0.01 is one), `cost_gap` the share by which a step costs more on the bench.
    """

    network: str
    environment: str
    success_is: str
    variant: str
    seed: int
    twin: EpisodeScore
    device: EpisodeScore
    success_gap: float
    cost_gap: float
    setups: tuple[str, ...]
    specimens: tuple[int, ...]
    noise_seeds: tuple[int | None, ...]
    runs: tuple[str, ...]
    timing: StepTiming
    wall_s: float


def deploy_control(
    request: DeployControlRequest, observer: Observer | None = None, open_setup: OpenSetup = open_source
) -> ControlReport:
    """Play a controller's episodes on the bench; write runs and report into the folder OUT."""
    saved, started = load(request.network), time.perf_counter()
    context = read_control(saved, request.twins)
    if not request.resume:
        refuse_existing(request.out, or_else="go on with --resume")
    environment = context.environment
    seed = context.settings.seed if request.seed is None else request.seed
    begin = scored_episodes(environment, request.episodes, seed)
    with ExitStack() as opened:
        setups = [opened.enter_context(open_setup(source)) for source in request.setups]
        check_devices(
            saved,
            context,
            setups,
            is_other=request.other_device,
            other_timing=request.other_timing,
            stepwise=True,
        )
        paths = _record(saved, context, setups, begin, replace(request, seed=seed), observer or Observer())
    on_twin = score_on_twins(saved.network, context, request.episodes, seed)
    on_device = score(environment, read_episodes(Run.open(paths[0]), begin))
    report = ControlReport(
        network=str(request.network),
        environment=str(context.choice),
        success_is=environment.success_words,
        variant=context.settings.variant.value,
        seed=seed,
        twin=on_twin,
        device=on_device,
        success_gap=on_twin.success - on_device.success,
        cost_gap=on_device.cost / max(on_twin.cost, LEAST_COST) - 1,
        setups=tuple(source.name for source in request.setups),
        specimens=tuple(source.specimen for source in request.setups),
        noise_seeds=tuple(source.noise_seed for source in request.setups),
        runs=tuple(path.relative_to(request.out).as_posix() for path in paths),
        timing=timing_of(Run.open(paths[0])),
        wall_s=time.perf_counter() - started,
    )
    write_or_keep(report.write, request.out / REPORT)
    return report


def read_episodes(run: Run, begin: Begin) -> Episodes:
    """Read the episodes that `begin` so from a run: of each the last time that it was played."""
    data = run.dataset().load()
    last = {int(number): row for row, number in enumerate(data["sequence"].values.tolist())}
    if set(last) != set(range(len(begin))):
        raise LabError(f"{run.path} holds {len(last)} episodes, not the {len(begin)} of this deployment")
    rows = [last[number] for number in range(len(begin))]
    found = {name: torch.as_tensor(data[name].values[rows], dtype=torch.float32) for name in _NOTED}
    states = torch.cat([begin.state.unsqueeze(1), found["reached"]], 1)
    return Episodes(states, found["observed"], found["action"], found["cost"])


def timing_of(run: Run) -> StepTiming:
    """Read how long the steps of a run took."""
    steps = run.dataset("steps")
    latency, late = (np.asarray(steps[name].values, float) for name in ("latency", "late"))
    return StepTiming(
        float(np.median(latency)), float(np.quantile(latency, 0.99)), float(np.quantile(late, 0.99))
    )


def _columns(environment: Environment) -> tuple[Column, ...]:
    """Declare what is noted of every step: seen, done, where the plant came to, cost."""
    sizes = {
        "observed": environment.observation_names,
        "action": environment.action_names,
        "reached": environment.state_names,
    }
    vectors = [
        Column(name, (f"{name}_value",), (len(names),), description=", ".join(names))
        for name, names in sizes.items()
    ]
    return (*vectors, Column("cost", description="cost of the step"))


def _record(
    saved: SavedNetwork,
    context: ControlContext,
    setups: Sequence[Setup],
    begin: Begin,
    request: DeployControlRequest,
    observer: Observer,
) -> list[Path]:
    """Play what is left of the episodes; return the runs, that of the first setup first."""
    environment, seed = context.environment, request.seed or 0
    of_layers = stepwise_layers(saved.network, setups)
    request.out.mkdir(parents=True, exist_ok=request.resume)
    outs = [run_of(request.out, i, n) for i, mine in enumerate(of_layers) for n in range(len(mine))]
    resume = request.resume
    plain = StepOptions(environment.steps, count=len(begin), lineage=context.lineage, resume=resume)
    every = [setup for mine in of_layers for setup in mine]
    options = [replace(plain, source=request.setups[i % len(request.setups)]) for i in range(len(every))]
    options[0] = replace(options[0], extras=_columns(environment))

    def body(benches: list[SteppedBench]) -> None:
        left = iter(benches)
        devices = [[next(left) for _ in mine] for mine in of_layers]
        layers = [mine if len(mine) > 1 else mine[0] for mine in devices]
        play_on(benches, DeviceController(saved.network, layers), environment, begin, seed)

    record_episodes(every, outs, body, options, observer)
    return outs


def play_on(
    benches: Sequence[SteppedBench],
    controller: DeviceController,
    environment: Environment,
    begin: Begin,
    seed: int,
) -> None:
    """Play what is not done yet of the episodes, one after the other; note each step on the first bench."""

    def note(_: int, step: Step) -> None:
        cost = environment.cost(step.state, step.action)
        benches[0].note(
            observed=step.observation[0].numpy(),
            action=step.action[0].numpy(),
            reached=step.after[0].numpy(),
            cost=float(cost[0]),
        )

    for number in range(min(bench.episodes_done for bench in benches), len(begin)):
        for bench in benches:
            bench.number = number
        play(environment, controller, begin[number : number + 1], seed=seed + number, each=note)
        for bench in benches:
            bench.end()
