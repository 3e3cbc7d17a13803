"""Score a twin on measured repeats, beside the noise floor: half of the repeats against the other half."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

from dataclasses import asdict

import torch
from nado_lab.observer import Observer, Progress
from nado_lab.twin.data.trials import Trials
from nado_lab.twin.errors import DataError, DivergenceError
from nado_lab.twin.evaluation.paths import (
    at_steps,
    compare,
    distribution,
    energy_at,
    lag1,
    mean_figures,
    r_squared,
)
from nado_lab.twin.model.drive_range import EDGE
from nado_lab.twin.model.rows import matched, rows_of
from nado_lab.twin.model.twin import Twin
from nado_lab.twin.records.metrics import Figures, Metrics, StepFigures
from torch import Tensor

FEWEST = 4
SHOTS = 32
FAR = -10.0
SPLITS = 8


@torch.no_grad()
def evaluate(
    twin: Twin,
    trials: Trials,
    *,
    seed: int = 0,
    scale: Tensor | None = None,
    observer: Observer | None = None,
) -> Metrics:
    """Score the twin on trials, in units of `scale` (channel,), by default the twin's readout_std.

    Equal numbers of paths stand on either side, so a perfect twin scores the floor. Metrics and floor are
    means over SPLITS random halvings of the repeats, because a single one scatters by about 10 %. Bad steps
    count nowhere: repeats with one are left out. Where drives leave the range that was fitted, `inside` gives
    what is scored without those steps.
    """
    trials = matched(twin, trials).to(twin.initial.device)
    scale = twin.readout_std if scale is None else scale
    generator = torch.Generator().manual_seed(seed)
    whole = trials if trials.bad is None else trials.at(~trials.bad.any(1))
    groups = [g for g in whole.groups() if len(g) >= FEWEST]
    if not groups:
        return _single_shot(twin, trials, scale, generator)
    splits: list[tuple[Figures, Figures]] = []
    observer = observer or Observer()
    for number in range(SPLITS):
        observer.check()
        splits.append(_score_split(twin, groups, scale, generator))
        observer.progress(Progress("evaluate", (number + 1) / SPLITS))
    found, floor = (mean_figures(side) for side in zip(*splits, strict=True))
    return Metrics(
        **asdict(found),
        floor=floor,
        warnings=(*_warn(twin, trials), *_far(found.r2)),
        inside=_repeats_inside(twin, groups, scale, generator),
    )


def _score_split(
    twin: Twin, groups: list[Trials], scale: Tensor, generator: torch.Generator
) -> tuple[Figures, Figures]:
    """Halve the repeats at random and score the twin, and one half as if it were a twin."""
    count = min(len(g) for g in groups) // 2 * 2
    chosen = [g.at(torch.randperm(len(g), generator=generator)[:count]) for g in groups]
    pairs = [answer(twin, group, 1, generator) for group in chosen]
    measured, paths = (torch.stack(side) / scale for side in zip(*pairs, strict=True))
    return compare(measured, paths.squeeze(1))


def answer(twin: Twin, trials: Trials, members: int, generator: torch.Generator) -> tuple[Tensor, Tensor]:
    """Return measured (trial, step, channel) and members of answers (member, trial, step, channel).

    Trials without a defined initial state start from their own first measured steps, which are left out.
    """
    rows = rows_of(twin, trials)
    drive, start = rows.drive.repeat(members, 1, 1), rows.start.repeat(members)
    answers = twin.respond(drive, generator=generator, start=start)
    if not torch.isfinite(answers).all():
        raise DivergenceError("the twin's answers to these drives are not finite: it diverges; fit it again")
    measured = trials.readout[:, -rows.drive.shape[1] :]
    return measured, answers.unflatten(0, (members, len(trials)))


def _single_shot(twin: Twin, trials: Trials, scale: Tensor, generator: torch.Generator) -> Metrics:
    """Score sequences measured once: proper scores and coverage can be told, the triple cannot."""
    measured, answers = answer(twin, trials, SHOTS, generator)
    truth, paths = (measured / scale)[:, None], (answers / scale).transpose(0, 1)
    good, inside = _last(trials.good, truth), _last(~twin.drive_range.is_outside(trials.drive), truth)
    if not good.any():
        raise DataError("no step of these trials can be scored: all were left out by the data check")
    if good.all():
        scored, r2 = distribution(paths, truth), r_squared(paths.mean(1), truth[:, 0])
    else:
        told = at_steps(paths, truth, good)
        joint = energy_at(paths, truth, good)
        scored, r2 = (told.crps, joint, told.coverage50, told.coverage90), told.r2
    warnings = (*_warn(twin, trials), f"no sequence has {FEWEST} repeats: no triple and no floor", *_far(r2))
    left = at_steps(paths, truth, good & inside) if 0 < (good & inside).sum() < good.sum() else None
    return Metrics(None, None, None, *scored, None, lag1(paths), r2, None, warnings, left)


def _repeats_inside(
    twin: Twin, groups: list[Trials], scale: Tensor, generator: torch.Generator
) -> StepFigures | None:
    """Score repeats at the steps whose drive lies inside the range that was fitted; None where all do."""
    count = min(len(g) for g in groups)
    pairs = [answer(twin, group.at(slice(0, count)), 1, generator) for group in groups]
    measured, paths = (torch.stack(side) / scale for side in zip(*pairs, strict=True))
    drives = torch.stack([group.drive[0] for group in groups])
    inside = _last(~twin.drive_range.is_outside(drives), measured)
    return at_steps(paths.squeeze(1), measured, inside) if 0 < inside.sum() < inside.numel() else None


def _last(marks: Tensor, measured: Tensor) -> Tensor:
    """Return the marks (trial, step) of those steps that are scored, the last of each trial."""
    return marks[:, -measured.shape[2] :]


def _far(r2: float) -> tuple[str, ...]:
    """Warn of a mean path that leaves what was measured by far: a twin that diverges from its device."""
    return ("the twin diverges from these measurements",) if r2 < FAR else ()


def _warn(twin: Twin, trials: Trials) -> tuple[str, ...]:
    """Warn of each port that is driven outside the range it was fitted on, by more than 1 % of half of it."""
    outside = twin.drive_range.excess(trials.drive).amax(1) > EDGE
    low, high = trials.drive.amin(1), trials.drive.amax(1)
    return tuple(
        f"port {port}: {int(outside[:, port].sum())} of {len(trials)} trials leave the fitted range"
        f" {twin.drive_low[port]:.3g} to {twin.drive_high[port]:.3g}: they go from {low[:, port].min():.3g}"
        f" to {high[:, port].max():.3g}; the twin saturates there"
        for port in outside.any(0).nonzero().flatten().tolist()
    )
