"""Score a twin on measured repeats, beside the noise floor: half of the repeats against the other half."""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

from dataclasses import asdict

import torch
from nado_lab.observer import Observer, Progress
from nado_lab.twin.data.trials import Trials
from nado_lab.twin.errors import DivergenceError
from nado_lab.twin.evaluation.paths import compare, distribution, lag1, mean_figures, r_squared
from nado_lab.twin.model.rows import rows_of
from nado_lab.twin.model.twin import Twin
from nado_lab.twin.records.metrics import Figures, Metrics
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
    means over SPLITS random halvings of the repeats, because a single one scatters by about 10 %.
    """
    trials = trials.on(twin.ports)
    scale = twin.readout_std if scale is None else scale
    generator = torch.Generator().manual_seed(seed)
    groups = [g for g in trials.groups() if len(g) >= FEWEST]
    if not groups:
        return _single_shot(twin, trials, scale, generator)
    splits: list[tuple[Figures, Figures]] = []
    observer = observer or Observer()
    for number in range(SPLITS):
        observer.check()
        splits.append(_score_split(twin, groups, scale, generator))
        observer.progress(Progress("evaluate", (number + 1) / SPLITS))
    found, floor = (mean_figures(side) for side in zip(*splits, strict=True))
    return Metrics(**asdict(found), floor=floor, warnings=(*_warn(twin, trials), *_far(found.r2)))


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
    scored, r2 = distribution(paths, truth), r_squared(paths.mean(1), truth[:, 0])
    warnings = (*_warn(twin, trials), f"no sequence has {FEWEST} repeats: no triple and no floor")
    return Metrics(None, None, None, *scored, None, lag1(paths), r2, None, warnings)


def _far(r2: float) -> tuple[str, ...]:
    """Warn of a mean path that leaves what was measured by far: a twin that diverges from its device."""
    return ("the twin diverges from these measurements",) if r2 < FAR else ()


def _warn(twin: Twin, trials: Trials) -> tuple[str, ...]:
    """Warn of each port that is driven outside the range it was fitted on, by more than 1 % of half of it."""
    half = (twin.drive_high - twin.drive_low) / 2
    low, high = trials.drive.amin(1), trials.drive.amax(1)
    outside = (low < twin.drive_low - 0.01 * half) | (high > twin.drive_high + 0.01 * half)
    return tuple(
        f"port {port}: {int(outside[:, port].sum())} of {len(trials)} trials leave the fitted range"
        f" {twin.drive_low[port]:.3g} to {twin.drive_high[port]:.3g}: they go from {low[:, port].min():.3g}"
        f" to {high[:, port].max():.3g}"
        for port in outside.any(0).nonzero().flatten().tolist()
    )
