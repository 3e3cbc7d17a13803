"""Recalibrate a twin to a drifted device from a few dozen steps: drive, gain, offset, spread, a small map."""

# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

import copy
import math
from dataclasses import replace

import torch
from nado_lab.observer import Observer
from nado_lab.twin.compute import CPU, compute_device
from nado_lab.twin.data.check import check, without_bad
from nado_lab.twin.data.fitted_drives import together
from nado_lab.twin.data.trials import Trials
from nado_lab.twin.drift.correction import DriftModel, best_correction, correct, enough
from nado_lab.twin.errors import DataError, TwinError
from nado_lab.twin.model.rows import Rows, matched, rows_of
from nado_lab.twin.model.twin import Twin
from torch import Tensor

FEWEST_STEPS = 8
MISFIT = 1.2
"""What the mean path misses widens the residual by up to so much: no wider noise is concluded from that."""


@torch.no_grad()
def recalibrate(
    twin: Twin,
    trials: Trials,
    steps: int | None = None,
    observer: Observer | None = None,
    *,
    members: int = 16,
    compute: str = CPU,
) -> Twin:
    """Return a copy of the twin that follows the first `steps` steps of the trials; its dynamics are kept.

    Of corrections from none at all to a drive that is scaled and shifted with a small map of the components,
    the one is taken that predicts best those of the steps that it was not found from
    (`twin.drift.correction`). The spread follows the repeats where there are any, else the residual, as far
    as that says more than misfit.
    """
    place = compute_device(compute)
    if place.type == "mps":
        raise TwinError("a recalibration needs double precision, which mps has not: leave --device out")
    trials, fresh = without_bad(check(matched(twin, trials), keep_channels=True)), copy.deepcopy(twin)
    fresh.calibration.load_state_dict(
        type(twin.calibration)(twin.spec.channels, twin.spec.components).state_dict()
    )
    trials = trials if steps is None else trials.first(steps)
    rows = rows_of(fresh.to(place), trials)
    count = rows.components.shape[1] * len(rows)
    if count < FEWEST_STEPS:
        raise DataError(f"recalibration needs at least {FEWEST_STEPS} steps beyond the start; got {steps}")
    found = best_correction(fresh, rows, observer)
    correct(fresh, found)
    fresh.widen(trials.drive.to(place))
    _follow_offset_and_spread(fresh, rows, trials.sequence, members)
    fresh = fresh.cpu()
    fresh.card = replace(
        fresh.card,
        recalibrated=found.record(count, trials.lineage),
        drives=together(twin.card.drives, trials),
        data=(*twin.card.data, *trials.findings),
    )
    return fresh


def _follow_offset_and_spread(twin: Twin, rows: Rows, sequence: Tensor, members: int) -> None:
    """Set the offset to what the basis cannot say of the channels, and the spread to the noise found."""
    components = twin.paths(rows.drive, rows.start, noise=False)
    residual = rows.truth - twin.read(components, noise=False, generator=None)
    twin.calibration.offset.copy_(residual.mean((0, 1)))
    if len(sequence.unique()) == len(sequence) and not enough(twin, rows, DriftModel(drive=True)):
        return  # a residual of so few steps is more misfit than noise
    own = _own_deviation(twin, rows.drive, members)
    twin.calibration.spread.copy_(torch.as_tensor(_spread(residual, sequence, own)).clamp(0.2, 5.0))


def _spread(residual: Tensor, sequence: Tensor, own: float) -> float:
    """Return the ratio of the measured noise to the twin's own."""
    groups = [residual[sequence == number] for number in sequence.unique()]
    several = [group for group in groups if len(group) > 1]
    if several:
        power = sum(float((g - g.mean(0)).square().sum()) for g in several)
        freedom = sum((len(g) - 1) * g[0].numel() for g in several)
        return math.sqrt(power / freedom) / own
    ratio = float((residual - residual.mean((0, 1))).square().mean().sqrt()) / own
    return ratio if ratio < 1.0 else max(1.0, ratio / MISFIT)


def _own_deviation(twin: Twin, drive: Tensor, members: int) -> float:
    """Return the deviation of the twin's answers from their mean, over everything, in units of std."""
    generator = torch.Generator().manual_seed(0)
    many = drive.repeat(members, 1, 1)
    noisy = twin.read(twin.paths(many, generator=generator), True, generator)
    return max(float(noisy.unflatten(0, (members, -1)).std(0).square().mean().sqrt()), 1e-9)
