"""Train a controller: a network on an environment through its twins, scored on them, with its card."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from pathlib import Path

from nado_lab.lab.errors import LabError
from nado_lab.lab.network_context import ControlContext, load_twins
from nado_lab.lab.new_output import refuse_existing, require_folder, write_or_keep
from nado_lab.lab.runs.observer import Observer
from nado_lab.network import Checkpoint, DeviceNetwork, EnvironmentChoice, NetworkCard, Variant, load, save
from nado_lab.network.control import (
    ControlRow,
    ControlSettings,
    DeviceController,
    EpisodeScore,
    control_baselines,
    play,
    score,
    scored_episodes,
    train_controller,
)

EPISODES = 100


@dataclass(frozen=True)
class TrainControlRequest:
    """What to train on which environment through which twins (one, one a layer, or several a layer).

    `start` is a network that is trained on; `checkpoint` keeps the state after every epoch and goes on from
    it. `baselines` trains a GRU and a readout without devices with the same settings. All are scored on the
    same `episodes`.
    """

    environment: EnvironmentChoice
    twins: tuple[Path, ...]
    out: Path
    settings: ControlSettings = field(default_factory=ControlSettings)
    start: Path | None = None
    checkpoint: Path | None = None
    baselines: bool = False
    episodes: int = EPISODES


@dataclass(frozen=True)
class TrainControlResult:
    """The controller as it was saved, what it scored on its twins, and the baselines' table."""

    network: DeviceNetwork
    path: Path
    score: EpisodeScore
    wall_s: float
    baselines: list[ControlRow] = field(default_factory=list[ControlRow])


def train_control(request: TrainControlRequest, observer: Observer | None = None) -> TrainControlResult:
    """Train a controller, score it on its twins and save it."""
    refuse_existing(request.out)
    if request.checkpoint:
        require_folder(request.checkpoint.absolute().parent, "--checkpoint")
    started, settings = time.perf_counter(), request.settings
    environment, twins = request.environment.load(), load_twins(request.twins, len(settings.nodes))
    network = train_controller(
        environment,
        twins,
        settings,
        observer,
        Checkpoint(request.checkpoint) if request.checkpoint else None,
        _start(request) if request.start else None,
    )
    context = ControlContext(twins, request.environment, settings)
    found = score_on_twins(network, context, request.episodes)
    card = NetworkCard(
        environment=request.environment,
        control=settings,
        twins=tuple(str(path.resolve()) for path in request.twins),
        episodes=found,
    )
    write_or_keep(lambda path: save(network, path, card), request.out)
    wall_s = time.perf_counter() - started
    others: list[ControlRow] = []
    if request.baselines:
        begin = scored_episodes(environment, request.episodes, settings.seed)
        others = control_baselines(environment, network.parameter_count, settings, begin, observer)
    return TrainControlResult(network, request.out, found, wall_s, others)


def _start(request: TrainControlRequest) -> DeviceNetwork:
    """Load the controller that is trained on; one of another environment or form is refused."""
    assert request.start is not None
    saved = load(request.start)
    environment, control = saved.card.environment, saved.card.control
    if environment is None or control is None:
        raise LabError(f"{request.start} is a network of a task; --start takes a controller")
    if environment.name != request.environment.name:
        raise LabError(f"{request.start} controls {environment}, not {request.environment}")
    asked, known = ({"nodes": each.nodes} | each.structure for each in (request.settings, control))
    odd = [f"{name} = {known[name]}" for name in known if known[name] != asked[name]]
    if odd:
        raise LabError(f"{request.start} has {', '.join(odd)}: give the same to train it on")
    return saved.network


def score_on_twins(
    network: DeviceNetwork, context: ControlContext, episodes: int, seed: int | None = None
) -> EpisodeScore:
    """Score a controller on its twins (without noise for a deterministic one), on the episodes of a seed."""
    environment = context.environment
    seed = context.settings.seed if seed is None else seed
    begin = scored_episodes(environment, episodes, seed)
    noise = context.settings.variant is not Variant.DETERMINISTIC
    played = play(environment, DeviceController(network, context.twins), begin, seed=seed + 1, noise=noise)
    return score(environment, played)
