"""Train networks through twins, and deploy them, in threads of their own."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from nado_lab.lab.dashboard.models.bench import BenchModel
from nado_lab.lab.dashboard.models.events import Event, Finished, Progressed
from nado_lab.lab.dashboard.models.worker import Job

if TYPE_CHECKING:
    from nado_lab.network import DeviceNetwork, Task

Post = Callable[[Event], None]


@dataclass(frozen=True)
class TrainRequest:
    """What to train: task and its sizes, the twin's file, where the network goes, `TrainSettings` values."""

    task: str
    twin: Path
    out: Path
    train: int
    test: int
    settings: dict[str, Any]


@dataclass(frozen=True)
class NetworkResult:
    """A trained network, and its score on the twin."""

    path: Path
    network: DeviceNetwork
    task: Task
    twin: Any
    score: float
    variant: str = "noise-aware"


@dataclass(frozen=True)
class DeployResult:
    """Scores of a network on its twin and on the device, over `count` test trials, and node by node.

    `nodes` are rows of `lab.workflow.node_metrics`; `findings` name what failed and say what to do.
    """

    path: Path
    twin: float
    device: float
    count: int
    nodes: list[dict[str, Any]]
    findings: list[dict[str, str]]
    runs: list[Path]


def train_job(request: TrainRequest, post: Post) -> Callable[[Job], None]:
    """Make the action of a worker that trains a network, saves it and posts a NetworkResult."""

    def action(job: Job) -> None:
        from nado_lab.network import (
            NetworkCard,
            NetworkScores,
            TaskChoice,
            TrainSettings,
            load_task,
            save,
            score_on_twins,
            train,
        )
        from nado_lab.twin import load
        from nado_lab.twin.observer import Observer, Progress

        twin = load(request.twin)
        options = {"train": request.train, "test": request.test, "seed": request.settings.get("seed", 0)}
        task = load_task(request.task, **options)
        settings = TrainSettings.of(**request.settings)

        class Told(Observer):
            def progress(self, progress: Progress) -> None:
                job.check()
                job.progress(progress.share, progress.doing)
                if progress.figures:
                    post(Progressed("train", dict(progress.figures)))

        network = train(task, twin, settings, Told())
        score = score_on_twins(network, task, twin)
        scores = NetworkScores(score, task.name, task.metric, settings.variant, len(task.test))
        twins = (str(request.twin.resolve()),)
        save(network, request.out, NetworkCard(TaskChoice(request.task, options), settings, twins, scores))
        post(Finished("train", NetworkResult(request.out, network, task, twin, score, settings.variant)))

    return action


def deploy_job(trained: NetworkResult, count: int, out: Path, bench: BenchModel, post: Post) -> Any:
    """Make the action of the bench's worker that sends `count` test trials through the device."""

    def action(job: Job) -> None:
        from nado_lab.lab.dashboard.models.feed import Feed, measured, stop_request
        from nado_lab.lab.workflow.deploy_layers import PlayOptions, deploy

        setup = bench.opened()
        feed = Feed(f"deploy {trained.path.stem}", setup, post)

        def progress(done: int, total: int) -> None:
            job.progress(done / max(total, 1), f"{done} of {total} drives")
            post(Progressed("deploy", {"done": done, "total": total}))

        lineage, live = (trained.path.name,), {"stop": stop_request(job), "subscribers": (feed,)}
        options = PlayOptions(progress, lineage, bench.name, bench.seed, **live)
        inputs = trained.task.test[:count].inputs.numpy()
        answered = measured(lambda: deploy(trained.network, inputs, setup, out, options))
        report = _report(trained, answered, count, out) | {
            "setup": bench.name,
            "setups": [bench.name],
            "device_identities": setup.identities(),
        }
        (out / "report.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
        figures = {key: report[key] for key in ("twin", "device", "findings", "nodes")}
        post(Finished("deploy", DeployResult(out, count=report["n_test"], runs=answered.runs, **figures)))

    return action


def _report(trained: NetworkResult, answered: Any, count: int, out: Path) -> dict[str, Any]:
    """Score what the device answered beside what the twin would have, as `nado deploy` writes it down."""
    from nado_lab.lab.workflow.deployment_report import report_of
    from nado_lab.lab.workflow.network_card import Recalled
    from nado_lab.network import Variant, load

    task = replace(trained.task, test=trained.task.test[:count])
    known = Recalled(task, Variant(trained.variant), [trained.twin] * trained.network.layer_count)
    found = report_of(load(trained.path), known, answered, out, None, 0)
    return {"status": "complete", "network": str(trained.path), "interruptions": [], **found}


def connectivity(network: DeviceNetwork) -> list[tuple[str, np.ndarray]]:
    """Give every weight matrix (to, from) with its name, as the hardware realises it."""
    linear = [(name, module) for name, module in network.named_modules() if hasattr(module, "weight")]
    return [(_title(name), _array(getattr(module, "realised", module.weight))) for name, module in linear]


def _title(name: str) -> str:
    """Name a matrix for people: "connections.0" leads into layer 1."""
    kind, _, layer = name.partition(".")
    words = {"connections": "into layer", "recurrences": "within layer"}
    return f"{words.get(kind, kind)} {int(layer) + 1}" if layer.isdigit() else kind


def _array(weight: Any) -> np.ndarray:
    return weight.detach().numpy().copy()
