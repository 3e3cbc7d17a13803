"""Train networks through twins, and deploy them, in threads of their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from nado_lab.lab.dashboard.models.bench import BenchModel
from nado_lab.lab.dashboard.models.events import Finished, Post
from nado_lab.lab.dashboard.models.feed import Feed
from nado_lab.lab.dashboard.models.job_observer import JobObserver, stoppable
from nado_lab.lab.dashboard.models.worker import Job

if TYPE_CHECKING:
    from nado_lab.lab.reports.deployment_report import DeploymentReport
    from nado_lab.lab.workflow.train import TrainRequest, TrainResult
    from nado_lab.network import DeviceNetwork
    from nado_lab.network.files.card import NetworkScores


@dataclass(frozen=True)
class Trained:
    """A training that has ended."""

    result: TrainResult


@dataclass(frozen=True)
class Deployed:
    """A deployment that has ended: its folder, and the report in it."""

    path: Path
    report: DeploymentReport


@dataclass(frozen=True)
class Opened:
    """A saved network: its file, its weights, and what its card says that it scored."""

    path: Path
    network: DeviceNetwork
    scores: NetworkScores | None


def open_network_job(path: Path, post: Post) -> Callable[[Job], None]:
    """Make the action of a worker that reads a saved network and posts it as Opened."""

    def action(job: Job) -> None:
        from nado_lab.network import load

        saved = load(path)
        post(Finished("open", Opened(path, saved.network, saved.card.scores)))

    return action


def train_job(request: TrainRequest, post: Post) -> Callable[[Job], None]:
    """Make the action of a worker that trains a network, saves it and posts it as Trained."""

    def action(job: Job) -> None:
        from nado_lab.lab.workflow.train import train

        done = stoppable(lambda: train(request, JobObserver(job, "train", post)))
        post(Finished("train", Trained(done)))

    return action


def deploy_job(
    network: Path, count: int, out: Path, bench: BenchModel, post: Post, *, other_device: bool = False
) -> Callable[[Job], None]:
    """Make the action of the bench's worker that sends `count` test trials through the device.

    It posts the Deployed: the folder and its report.
    """

    def action(job: Job) -> None:
        from nado_lab.lab.workflow.deploy import DeployRequest, deploy

        feed = Feed(f"deploy {network.stem}", bench.opened(), post)
        request = DeployRequest(
            network,
            out,
            (bench.source,),
            test_examples=count,
            seed=bench.seed,
            other_device=other_device,
        )
        observer = JobObserver(job, "deploy", post, feed)
        report = stoppable(lambda: deploy(request, observer, bench.as_opened)).report
        post(Finished("deploy", Deployed(out, report)))

    return action


def connectivity(network: DeviceNetwork) -> list[tuple[str, np.ndarray]]:
    """Give every weight matrix (to, from) with its name, as the hardware realises it."""
    modules = dict(network.named_modules())
    weights = {
        name: getattr(module, "realised", getattr(module, "weight", None)) for name, module in modules.items()
    }
    return [
        (_title(name), each.detach().numpy().copy()) for name, each in weights.items() if each is not None
    ]


def _title(name: str) -> str:
    """Name a matrix for people: "connections.0" leads into layer 1."""
    kind, _, layer = name.partition(".")
    words = {"connections": "into layer", "recurrences": "within layer"}
    return f"{words.get(kind, kind)} {int(layer) + 1}" if layer.isdigit() else kind
