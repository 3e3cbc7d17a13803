"""Evaluate a network: on its twins, and, where setups are named, deployed on them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from nado_lab.lab.compose import open_source
from nado_lab.lab.network_context import read_context
from nado_lab.lab.new_output import refuse_existing
from nado_lab.lab.reports.deployment_report import DeploymentReport
from nado_lab.lab.runs.observer import Observer
from nado_lab.lab.setup import OpenSetup, SetupSource
from nado_lab.lab.workflow.deploy import DeployRequest, deploy
from nado_lab.lab.workflow.train import scores_on_twins
from nado_lab.network import NetworkScores, load


@dataclass(frozen=True)
class EvaluateNetworkRequest:
    """Which network to score on its test examples; runs of `setups` are kept in `out`, where it is given.

    `other_device` and `other_timing` are those of `DeployRequest`.
    """

    network: Path
    setups: tuple[SetupSource, ...] = ()
    twins: tuple[Path, ...] = ()
    test_examples: int | None = None
    out: Path | None = None
    seed: int = 0
    other_device: bool = False
    other_timing: bool = False


@dataclass(frozen=True)
class EvaluateNetworkResult:
    """Scores on the twins, and the report of the deployment, if there was one."""

    scores: NetworkScores
    deployment: DeploymentReport | None


def evaluate_network(
    request: EvaluateNetworkRequest, observer: Observer | None = None, open_setup: OpenSetup = open_source
) -> EvaluateNetworkResult:
    """Score a network on its twins; with setups also on them, by deploying it with all its checks."""
    if request.out is not None:
        refuse_existing(request.out)
    saved = load(request.network)
    context = read_context(saved, request.twins, request.test_examples)
    scores = scores_on_twins(saved.network, context.task, context.twins, context.settings)
    if not request.setups:
        return EvaluateNetworkResult(scores, None)
    with scratch_unless(request.out) as out:
        asked = DeployRequest(
            request.network,
            out,
            request.setups,
            request.twins,
            request.test_examples,
            seed=request.seed,
            other_device=request.other_device,
            other_timing=request.other_timing,
        )
        report = deploy(asked, observer, open_setup).report
    return EvaluateNetworkResult(scores, report)


@contextmanager
def scratch_unless(out: Path | None) -> Iterator[Path]:
    """Give the folder that is to keep the runs, or one that goes again."""
    if out is not None:
        yield out
        return
    with tempfile.TemporaryDirectory(prefix="nado-evaluate-") as scratch:
        yield Path(scratch) / "runs"
