"""Evaluate a controller: on its twins, and, where setups are named, deployed on them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from nado_lab.lab.compose import open_source
from nado_lab.lab.network_context import read_control
from nado_lab.lab.runs.observer import Observer
from nado_lab.lab.setup import OpenSetup, SetupSource
from nado_lab.lab.workflow.deploy_control import ControlReport, DeployControlRequest, deploy_control
from nado_lab.lab.workflow.evaluate_network import scratch_unless
from nado_lab.lab.workflow.train_control import EPISODES, score_on_twins
from nado_lab.network import load
from nado_lab.network.control import EpisodeScore


@dataclass(frozen=True)
class EvaluateControlRequest:
    """Which controller to score on the episodes of a seed; runs of `setups` are kept in `out`, if given.

    `other_device` and `other_timing` are those of `DeployRequest`.
    """

    network: Path
    setups: tuple[SetupSource, ...] = ()
    twins: tuple[Path, ...] = ()
    episodes: int = EPISODES
    out: Path | None = None
    seed: int | None = None
    other_device: bool = False
    other_timing: bool = False


@dataclass(frozen=True)
class EvaluateControlResult:
    """The environment, what a success is, the score on the twins, and the deployment, if there was one."""

    environment: str
    success_is: str
    twin: EpisodeScore
    deployment: ControlReport | None


def evaluate_control(
    request: EvaluateControlRequest, observer: Observer | None = None, open_setup: OpenSetup = open_source
) -> EvaluateControlResult:
    """Score a controller on its twins; with setups also on them, by deploying it with all its checks."""
    saved = load(request.network)
    context = read_control(saved, request.twins)
    words = (str(context.choice), context.environment.success_words)
    if not request.setups:
        found = score_on_twins(saved.network, context, request.episodes, request.seed)
        return EvaluateControlResult(*words, found, None)
    with scratch_unless(request.out) as out:
        asked = DeployControlRequest(
            request.network,
            out,
            request.setups,
            request.twins,
            request.episodes,
            seed=request.seed,
            other_device=request.other_device,
            other_timing=request.other_timing,
        )
        report = deploy_control(asked, observer, open_setup)
    return EvaluateControlResult(*words, report.twin, report)
