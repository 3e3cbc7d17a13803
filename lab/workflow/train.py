"""Train: a network on a task through twins, scored on them, with a card that says how."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from nado_lab.lab.json_file import JsonObject
from nado_lab.lab.network_context import load_twins
from nado_lab.lab.new_output import refuse_existing, require_folder, write_or_keep
from nado_lab.lab.runs.observer import Observer
from nado_lab.lab.workflow.compare import mean_score, twin_answers
from nado_lab.network import (
    Checkpoint,
    DeviceNetwork,
    LoopRound,
    NetworkCard,
    NetworkScores,
    Task,
    TaskChoice,
    TrainSettings,
    save,
)
from nado_lab.network import train as train_network
from nado_lab.network.baselines import BaselineSize, as_rows, baselines, score_without_device
from nado_lab.network.training import processes
from nado_lab.twin import Twin, compute_device


@dataclass(frozen=True)
class TrainRequest:
    """What to train on which task through which twins (one, one a layer, or several a layer).

    `checkpoint` keeps the state after every epoch and goes on from it; `baselines` scores those of the task
    with as many nodes and parameters. `round` is that of a loop. `compute` says on which device of torch.
    """

    task: TaskChoice
    twins: tuple[Path, ...]
    out: Path
    settings: TrainSettings = field(default_factory=TrainSettings)
    checkpoint: Path | None = None
    baselines: bool = False
    round: int | None = None
    compute: str = "cpu"


@dataclass(frozen=True)
class TrainResult:
    """The network as it was saved, its scores on the twins, and those of the baselines.

    `without_effect` names settings that did nothing. `written` is False on the helping processes of a
    distributed training.
    """

    network: DeviceNetwork
    task: Task
    path: Path
    scores: NetworkScores | None
    baselines: list[JsonObject] = field(default_factory=list)
    without_effect: tuple[str, ...] = ()
    written: bool = True


def train(request: TrainRequest, observer: Observer | None = None) -> TrainResult:
    """Train a network, score it on the twins and save it; under `torchrun`, on several processes."""
    refuse_existing(request.out)
    if request.checkpoint:
        require_folder(request.checkpoint.absolute().parent, "--checkpoint")
    compute_device(request.compute)
    started, settings = time.perf_counter(), request.settings
    task, twins = request.task.load(), load_twins(request.twins, len(settings.nodes))
    kept = Checkpoint(request.checkpoint) if request.checkpoint else None
    with processes() as first:
        heard = observer if first else None
        network = train_network(task, twins, settings, heard, kept, compute=request.compute)
    if not first:
        return TrainResult(network, task, request.out, None, written=False)
    scores = save_trained(network, task, twins, request, time.perf_counter() - started)
    others = _baselines(network, task, twins, settings.seed, observer) if request.baselines else []
    idle = settings.without_effect(task.step_readout)
    return TrainResult(network, task, request.out, scores, others, idle)


def save_trained(
    network: DeviceNetwork,
    task: Task,
    twins: Sequence[Twin | list[Twin]],
    request: TrainRequest,
    wall_s: float | None = None,
) -> NetworkScores:
    """Score a trained network on its twins, save it with its card, and return the scores."""
    scores = replace(scores_on_twins(network, task, twins, request.settings), wall_s=wall_s)
    card = NetworkCard(
        task=request.task,
        settings=request.settings,
        twins=tuple(str(path.resolve()) for path in request.twins),
        scores=scores,
        loop=None if request.round is None else LoopRound(request.round),
    )
    write_or_keep(lambda path: save(network, path, card), request.out)
    return scores


def scores_on_twins(
    network: DeviceNetwork, task: Task, twins: Sequence[Twin | list[Twin]], settings: TrainSettings
) -> NetworkScores:
    """Score a network on its twins (without noise for a deterministic one), and its readout without them."""
    answers = twin_answers(network, task, twins, settings.variant, settings.seed + 1)
    return NetworkScores(
        twin=mean_score(task, answers),
        task=task.name,
        metric=task.metric,
        variant=settings.variant,
        n_test=len(task.test),
        nodes=network.node_count,
        parameters=network.parameter_count,
        without_device=score_without_device(task, network.spec, settings),
    )


def _baselines(
    network: DeviceNetwork,
    task: Task,
    twins: Sequence[Twin | list[Twin]],
    seed: int,
    observer: Observer | None,
) -> list[JsonObject]:
    """Score the baselines of the task with as many nodes and parameters as the network has."""
    twin = twins[0][0] if isinstance(twins[0], list) else twins[0]
    return as_rows(baselines(task, BaselineSize.of(network), twin=twin, seed=seed, observer=observer))
