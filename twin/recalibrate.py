"""Recalibrate a twin to a drifted device from a few dozen steps: gain, offset, spread and a small map."""

from __future__ import annotations

import copy

import torch
from torch import Tensor

from twin.data import Trials
from twin.errors import DataError
from twin.model import Twin
from twin.prepare import rows_of

FEWEST_STEPS = 8


@torch.no_grad()
def recalibrate(
    twin: Twin, trials: Trials, steps: int | None = None, *, stiffness: float = 10.0, members: int = 16
) -> Twin:
    """Return a copy of the twin that follows the first `steps` steps of the trials; its dynamics are kept.

    The map from the twin's scores to the device's is a ridge regression towards "no drift", as stiff as
    `stiffness` measured steps; the offset of the channels is the mean of what the map leaves.
    """
    if trials.channels != twin.channels:
        raise DataError(f"the trials have {len(trials.channels)} channels that are not the twin's")
    trials, fresh = trials.on(twin.drive_map), copy.deepcopy(twin)
    fresh.calibration.load_state_dict(
        type(twin.calibration)(twin.spec.channels, twin.spec.scores).state_dict()
    )
    rows = rows_of(fresh, trials if steps is None else trials.first(steps))
    if rows.scores.shape[1] * len(rows) < FEWEST_STEPS:
        raise DataError(f"recalibration needs at least {FEWEST_STEPS} steps beyond the start; got {steps}")
    predicted = fresh.paths(rows.drive, rows.start, noise=False).flatten(0, 1)
    _map_scores(fresh, predicted, rows.scores.flatten(0, 1), stiffness)
    normal = fresh.read(predicted, noise=False, generator=None)
    count = len(normal)
    residual = rows.truth.flatten(0, 1) - normal
    fresh.calibration.offset.copy_(residual.mean(0) * count / (count + stiffness))
    fresh.calibration.spread.copy_(_spread(fresh, rows.drive, residual, members))
    fresh.card["recalibrated"] = {"steps": count, "lineage": list(trials.lineage)}
    return fresh


def _map_scores(twin: Twin, predicted: Tensor, measured: Tensor, stiffness: float) -> None:
    """Regress what the twin misses on what it says, (sample, score) each, towards no correction."""
    x = torch.cat([predicted, predicted.new_ones(len(predicted), 1)], 1).double()
    penalty = stiffness * torch.eye(x.shape[1], dtype=torch.float64)
    penalty[-1, -1] = 0.1 * stiffness
    weights = torch.linalg.solve(x.T @ x + penalty, x.T @ (measured - predicted).double()).float()
    twin.calibration.matrix.add_(weights[:-1].T)
    twin.calibration.shift.copy_(weights[-1])


def _spread(twin: Twin, drive: Tensor, residual: Tensor, members: int) -> Tensor:
    """Return the ratio of the measured to the twin's own deviation from the mean path."""
    generator = torch.Generator().manual_seed(0)
    many = drive.repeat(members, 1, 1)
    noisy = twin.read(twin.paths(many, generator=generator), True, generator)
    own = noisy.unflatten(0, (members, -1)).std(0).square().mean().sqrt()
    measured = (residual - residual.mean(0)).square().mean().sqrt()
    return (measured / own.clamp_min(1e-9)).clamp(0.2, 5.0)
