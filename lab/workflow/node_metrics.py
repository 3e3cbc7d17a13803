"""How well the twin foretold every node of a deployed network, and what that says when it did not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import torch
from nado_lab.lab.reports.deployment_report import Finding, LayerMetrics, NodeMetrics

if TYPE_CHECKING:
    from nado_lab.lab.workflow.deploy_layers import Deployment
    from nado_lab.twin import Twin

DRAWS = 16
OF_A_LAYER = ("mean_error", "correlation", "coverage90", "noise_share", "saturated")
# Thresholds of the findings; each is what a healthy demo run keeps well clear of (docs/deploy.md).
LEAST_COVERAGE90 = 0.75
MOST_NOISE_SHARE = 0.5
MOST_FLOOR_RATIO = 2.0
SATURATED_DRIVE = 0.98
MOST_SATURATED = 0.5


def measure_nodes(
    deployment: Deployment, twins: Sequence[Twin | list[Twin]], seed: int = 0
) -> list[NodeMetrics]:
    """Compare the devices' readouts with draws of the twins under the same drives, worst node first.

    `twins` holds the twin of each layer, or those that its nodes take in turn.
    """
    scores, lengths = [], deployment.lengths
    steps = np.arange(max((each.shape[2] for each in deployment.drives), default=0))
    own_steps = None if lengths is None else steps < lengths[:, None]  # (trial, step); padding does not count
    for layer, (drive, readout) in enumerate(zip(deployment.drives, deployment.readouts, strict=True)):
        for node in range(drive.shape[1]):
            own = twins[layer]
            twin = own[node % len(own)] if isinstance(own, list) else own
            scale = twin.readout_std.numpy()
            sent, read, draws = drive[:, node], readout[:, node] / scale, _draw(twin, drive[:, node], seed)
            if own_steps is not None:
                sent, read, draws = sent[own_steps], read[own_steps][:, None], draws[:, own_steps][:, :, None]
            scores.append(_score(layer, node, sent, read, draws / scale))
    return sorted(scores, key=lambda each: -each.mean_error)


@torch.no_grad()
def _draw(twin: Twin, drive: np.ndarray, seed: int) -> np.ndarray:
    """Draw the twin's readouts (draw, trial, step, channel) under drive (trial, step, port)."""
    generator = torch.Generator().manual_seed(seed)
    return twin.respond(torch.as_tensor(drive).expand(DRAWS, *drive.shape), generator=generator).numpy()


def _score(layer: int, node: int, drive: np.ndarray, readout: np.ndarray, draws: np.ndarray) -> NodeMetrics:
    mean = draws.mean(axis=0)
    # The central 90 % of a draw among DRAWS others lies between these order statistics.
    low, high = np.quantile(draws, [0.05, 0.95], axis=0, method="weibull")
    return NodeMetrics(
        layer=layer,
        node=node,
        mean_error=float(np.abs(readout - mean).mean()),
        correlation=_correlation(readout, mean),
        coverage90=float(np.mean((readout >= low) & (readout <= high))),
        noise_share=float(draws.var(axis=0).mean() / max(draws.var(axis=(0, 1)).mean(), 1e-30)),
        saturated=float(np.mean(np.abs(drive) > SATURATED_DRIVE)),
    )


def _correlation(readout: np.ndarray, mean: np.ndarray) -> float:
    """Correlate (trial, step, channel) about each channel's own mean, so that no offset flatters it."""
    a, b = (y - y.mean(axis=(0, 1)) for y in (readout, mean))
    return float((a * b).sum() / max(float(np.sqrt((a**2).sum() * (b**2).sum())), 1e-30))


def average_layers(nodes: Sequence[NodeMetrics]) -> tuple[LayerMetrics, ...]:
    """Average the metrics of the nodes of each layer."""
    found = []
    for layer in sorted({node.layer for node in nodes}):
        mine = [node for node in nodes if node.layer == layer]
        means = {name: float(np.mean([getattr(node, name) for node in mine])) for name in OF_A_LAYER}
        found.append(LayerMetrics(layer, len(mine), **means))
    return tuple(found)


def find_failures(nodes: Sequence[NodeMetrics], twins: Sequence[Twin]) -> tuple[Finding, ...]:
    """Name the failures that show in a deployment, with what to do (design.md section 6)."""
    found = []
    stray = [node for node in nodes if node.coverage90 < LEAST_COVERAGE90]
    if stray:
        found.append(
            Finding(
                "the twin diverges from the device",
                f"{_names(stray)}: the twin's 90 % band holds {stray[0].coverage90:.0%} of the readouts. "
                "The device has drifted, or the network drives it where it was not measured: recalibrate.",
            )
        )
    noisy = [node for node in nodes if node.noise_share > MOST_NOISE_SHARE]
    if noisy:
        found.append(
            Finding(
                "too much noise to train",
                f"{_names(noisy)}: noise is {noisy[0].noise_share:.0%} of the readout's variance. "
                "Average over more nodes, or move the field window.",
            )
        )
    for index, twin in enumerate(dict.fromkeys(twins)):
        ratio = _floor_ratio(twin)
        if ratio and ratio > MOST_FLOOR_RATIO:
            found.append(
                Finding(
                    "too small a twin",
                    f"twin {index}: its mean error was {ratio:.1f} times the noise floor when it was fitted. "
                    "Fit longer, or on more sequences.",
                )
            )
    pinned = [node for node in nodes if node.saturated > MOST_SATURATED]
    if pinned:
        found.append(
            Finding(
                "weights that the hardware cannot realise",
                f"{_names(pinned)}: {pinned[0].saturated:.0%} of the drives stand at the limit of the range. "
                "Penalise large weights, or widen the field window.",
            )
        )
    return tuple(found)


def _names(nodes: Sequence[NodeMetrics]) -> str:
    shown = ", ".join(f"{each.layer}/{each.node}" for each in nodes[:6])
    return f"node {shown}" + (f" and {len(nodes) - 6} more" if len(nodes) > 6 else "")


def _floor_ratio(twin: Twin) -> float | None:
    metrics = twin.card.metrics
    error, floor = metrics and metrics.mean_error, metrics and metrics.floor and metrics.floor.mean_error
    return error / floor if error and floor else None
