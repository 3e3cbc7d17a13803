"""What a deployment says of twin and device: for the task, for every layer, for every node."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from nado_lab.lab.workflow.node_metrics import NodeScore, as_rows, findings, score_nodes
from nado_lab.lab.workflow.refit_readout import refit_readout
from nado_lab.network import Variant, answer, score_answers

if TYPE_CHECKING:
    from nado_lab.lab.workflow.deploy_layers import Deployment
    from nado_lab.lab.workflow.network_card import Recalled
    from nado_lab.network import SavedNetwork

OF_A_LAYER = ("mean_error", "correlation", "coverage90", "noise_share", "saturated")


def report_of(
    saved: SavedNetwork, known: Recalled, done: Deployment, out: Path, refit: float | None, seed: int
) -> dict[str, Any]:
    """Score a deployment beside the twins; with `refit`, also with a readout fitted to that share of it."""
    task, network = known.task, saved.network
    noise = known.variant is not Variant.DETERMINISTIC
    said = answer(network, task.test.inputs, known.twins, noise=noise, seed=1)
    on_twin = score_answers(task, said, task.test.targets)
    on_device = score_answers(task, torch.as_tensor(done.outputs), task.test.targets)
    scores = score_nodes(done, known.twins)
    report = {
        "task": task.name,
        "metric": task.metric.value,
        "variant": known.variant.value,
        "twin": on_twin,
        "device": on_device,
        "transfer_gap": on_twin - on_device,
        "n_test": len(task.test),
        "runs": [path.relative_to(out).as_posix() for path in done.runs],
        "layers": layer_rows(scores),
        "nodes": as_rows(scores),
        "findings": findings(scores, known.all_twins()),
    }
    if refit is not None:
        report["readout"] = refit_readout(network, task, done, said, refit, seed)
    return report


def layer_rows(scores: list[NodeScore]) -> list[dict[str, Any]]:
    """Average the scores of the nodes of each layer."""
    rows = []
    for layer in sorted({score.layer for score in scores}):
        mine = [score for score in scores if score.layer == layer]
        means = {name: float(np.mean([getattr(score, name) for score in mine])) for name in OF_A_LAYER}
        rows.append({"layer": layer, "nodes": len(mine), **means})
    return rows
