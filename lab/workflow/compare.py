"""What a network is worth on its twin and on the device, and how far the two lie apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from nado_lab.network import Variant, answer, score_answers

if TYPE_CHECKING:
    from nado_lab.lab.workflow.deploy_layers import Deployment
    from nado_lab.network import DeviceNetwork, Task

TWIN_DRAWS = 5
RESAMPLES = 200


def compare(
    network: DeviceNetwork, task: Task, twins: list[Any], variant: Variant, deployed: Deployment, seed: int
) -> dict[str, Any]:
    """Score a deployment beside its twins: {twin, device, gap, gap_error}.

    The gap is what the device does worse: points of accuracy, or the share by which its normalised error
    is larger. `gap_error` is its standard error from resampling the test examples (Efron 1979).
    """
    noisy = variant is not Variant.DETERMINISTIC
    draws = [
        answer(network, task.test.inputs, twins, noise=noisy, seed=seed + draw)
        for draw in range(TWIN_DRAWS if noisy else 1)
    ]
    device = torch.as_tensor(deployed.outputs)
    everything = torch.arange(len(task.test))
    rng = np.random.default_rng(seed)
    resampled = []
    for _ in range(RESAMPLES):
        rows = torch.from_numpy(rng.integers(0, len(everything), len(everything)))
        resampled.append(_gap(task, *_scores(task, draws, device, rows)))
    twin_score, device_score = _scores(task, draws, device, everything)
    return {
        "metric": task.metric.value,
        "twin": twin_score,
        "device": device_score,
        "gap": _gap(task, twin_score, device_score),
        "gap_error": float(np.std(resampled, ddof=1)),
        "n_test": len(task.test),
    }


def _scores(
    task: Task, draws: list[torch.Tensor], device: torch.Tensor, rows: torch.Tensor
) -> tuple[float, float]:
    targets = task.test.targets[rows]
    on_twin = float(np.mean([score_answers(task, draw[rows], targets) for draw in draws]))
    return on_twin, score_answers(task, device[rows], targets)


def _gap(task: Task, twin: float, device: float) -> float:
    if task.is_classification:
        return twin - device
    return device / max(twin, 1e-12) - 1.0
