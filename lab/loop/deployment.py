"""Deploy a network file to a setup and write down how the device did beside its twin."""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch

from lab.compose import open_named_setup
from lab.errors import LabError
from lab.loop.deploy import Deployment, deploy
from lab.loop.node_scores import as_rows, findings, score_nodes
from lab.loop.play import PlayOptions
from lab.loop.recall import Recalled, recall
from network import Variant, load, score_answers, score_on_twins

if TYPE_CHECKING:
    from network import SavedNetwork

Show = Callable[[str, float, str], None]


@dataclass(frozen=True)
class DeployOptions:
    """What to deploy on, with how many test examples, whether to go on with an earlier attempt."""

    setup: str
    test_examples: int | None = None
    resume: bool = False
    seed: int = 0


def deploy_network(net: Path, out: Path, options: DeployOptions, show: Show) -> dict[str, Any]:
    """Send the test examples of a network's task to the device; write OUT/report.json and return it."""
    saved = load(net)
    recalled = recall(saved, test_examples=options.test_examples)
    if out.exists() and not options.resume:
        raise LabError(f"{out} exists; choose another --out, or go on with --resume")
    started = time.perf_counter()
    with open_named_setup(options.setup, seed=options.seed) as setup:
        identities = setup.identities()
        play = PlayOptions(
            progress=lambda done, total: show("deploy", done / total, f"{done} of {total} trials"),
            source=options.setup,
            seed=options.seed,
            resume=options.resume,
        )
        done = deploy(saved.network, recalled.task.test.inputs.numpy(), setup, out, play)
    report = _report(saved, recalled, done, out) | {
        "setup": options.setup,
        "network": str(net),
        "device_identities": identities,
        "wall_s": time.perf_counter() - started,
    }
    (out / "report.json").write_text(json.dumps(report, indent=2, allow_nan=False) + "\n", encoding="utf-8")
    return report


def _report(saved: SavedNetwork, recalled: Recalled, done: Deployment, out: Path) -> dict[str, Any]:
    task, twins = recalled.task, recalled.twins
    noise = recalled.variant is not Variant.DETERMINISTIC
    on_twin = score_on_twins(saved.network, task, twins, noise=noise)
    on_device = score_answers(task, torch.as_tensor(done.outputs), task.test.targets)
    scores = score_nodes(done, twins)
    return {
        "task": task.name,
        "metric": task.metric.value,
        "variant": recalled.variant.value,
        "twin": on_twin,
        "device": on_device,
        "transfer_gap": on_twin - on_device,
        "n_test": len(task.test),
        "runs": [path.relative_to(out).as_posix() for path in done.runs],
        "nodes": as_rows(scores),
        "findings": findings(scores, twins),
    }
