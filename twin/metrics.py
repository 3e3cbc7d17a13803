"""Score a twin on measured repeats, beside the noise floor: half of the repeats against the other half.

The triple is that of Manneschi, Vidamour et al. 2025 (arXiv 2401.07387): |mean| error, |standard deviation|
error weighted by the sequences' spread, squared autocorrelation error with the same weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import torch
from nado_lab.twin.data.trials import Trials
from nado_lab.twin.errors import DataError, DivergenceError
from nado_lab.twin.fitting.rows import rows_of
from nado_lab.twin.losses import crps, energy_score
from nado_lab.twin.model import Twin
from nado_lab.twin.observer import Observer, Progress
from torch import Tensor

SMALL = 1e-3
FEWEST = 4
SHOTS = 32
FAR = -10.0
SPLITS = 8


@dataclass(frozen=True)
class Metrics:
    """Hold the scores of one set of paths; None where the data cannot tell (no repeats)."""

    mean_error: float | None
    std_error: float | None
    autocov_error: float | None
    crps: float
    energy_score: float
    coverage50: float
    coverage90: float
    lag1_measured: float | None
    lag1_twin: float | None
    r2: float
    floor: dict[str, float | None]
    warnings: tuple[str, ...] = ()

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON."""
        return asdict(self)


def triple(a: Tensor, b: Tensor) -> tuple[float, float, float]:
    """Return the published triple of two sets of paths (sequence, repeat, step, channel)."""
    mean_a, mean_b, std_a, std_b = a.mean(1), b.mean(1), a.std(1), b.std(1)
    spread = std_a.mean(1) + std_b.mean(1)
    weight = spread / (spread.sum(0) + SMALL)
    std_error = ((std_a - std_b).abs() * weight[:, None]).sum(0).mean()
    difference = _autocorrelation(a) - _autocorrelation(b)
    autocov_error = (difference.square() * weight[:, :, None, None]).sum(0).mean()
    return float((mean_a - mean_b).abs().mean()), float(std_error), float(autocov_error)


def _autocorrelation(y: Tensor) -> Tensor:
    """Return (sequence, channel, step, step), over the repeats."""
    centred = (y - y.mean(1, keepdim=True)).permute(0, 3, 2, 1)
    std = y.std(1).permute(0, 2, 1)
    return centred @ centred.mT / y.shape[1] / (std[..., :, None] * std[..., None, :] + SMALL)


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
    if trials.channels != twin.channels or trials.drive.shape[-1] != twin.port_count:
        raise DataError(
            f"the twin answers {twin.port_count} ports with {', '.join(twin.channels[:4])}…; the trials have"
            f" {trials.drive.shape[-1]} ports and {', '.join(trials.channels[:4])}…"
        )
    trials = trials.on(twin.drive_map)
    scale = twin.readout_std if scale is None else scale
    generator = torch.Generator().manual_seed(seed)
    groups = [g for g in trials.groups() if len(g) >= FEWEST]
    if not groups:
        return _single_shot(twin, trials, scale, generator)
    splits, observer = [], observer or Observer()
    for number in range(SPLITS):
        observer.check()
        splits.append(_score_split(twin, groups, scale, generator))
        observer.progress(Progress("evaluate", (number + 1) / SPLITS))
    found, floor = (_mean_of(side) for side in zip(*splits, strict=True))
    warnings = (*_warn(twin, trials), *_far(found["r2"]))
    return Metrics(**found, floor=dict(floor), warnings=warnings)


def _score_split(
    twin: Twin, groups: list[Trials], scale: Tensor, generator: torch.Generator
) -> tuple[dict[str, float], dict[str, float]]:
    """Halve the repeats at random and score the twin, and one half as if it were a twin."""
    count = min(len(g) for g in groups) // 2 * 2
    chosen = [g.at(torch.randperm(len(g), generator=generator)[:count]) for g in groups]
    pairs = [answer(twin, group, 1, generator) for group in chosen]
    measured, paths = (torch.stack(side) / scale for side in zip(*pairs, strict=True))
    return _compare(measured, paths.squeeze(1))


def _mean_of(parts: Sequence[dict[str, float]]) -> dict[str, float]:
    """Average each score over the random splits."""
    return {name: sum(part[name] for part in parts) / len(parts) for name in parts[0]}


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


def _compare(measured: Tensor, paths: Tensor) -> tuple[dict[str, float], dict[str, float]]:
    """Compare both halves of the measured repeats with as many paths, and with each other (the floor)."""
    half = measured.shape[1] // 2
    one, two = measured[:, :half], measured[:, half:]
    names = ("mean_error", "std_error", "autocov_error")
    sides = [triple(paths[:, :half], one), triple(paths[:, half:], two)]
    found = {name: sum(pair) / 2 for name, pair in zip(names, zip(*sides, strict=True), strict=True)}
    found |= _distribution(paths[:, :half], two)
    found |= {"lag1_measured": _lag1(measured), "lag1_twin": _lag1(paths)}
    found["r2"] = r_squared(paths.mean(1), measured.mean(1))
    floor = dict(zip(names, triple(one, two), strict=True)) | _distribution(one, two)
    floor |= {"lag1_measured": _lag1(one), "lag1_twin": _lag1(two), "r2": r_squared(one.mean(1), two.mean(1))}
    return found, floor


def _distribution(members: Tensor, truth: Tensor) -> dict[str, float]:
    """Score members (sequence, member, step, channel) as a forecast of every truth (sequence, repeat, …)."""
    ensemble = members.transpose(0, 1)
    whole = ensemble.flatten(2)
    marginal = torch.stack([crps(ensemble, y).mean() for y in truth.unbind(1)]).mean()
    joint = torch.stack([energy_score(whole, y.flatten(1)).mean() for y in truth.unbind(1)]).mean()
    inside = [_coverage(members, truth, share) for share in (0.5, 0.9)]
    return {
        "crps": float(marginal),
        "energy_score": float(joint),
        "coverage50": inside[0],
        "coverage90": inside[1],
    }


def _coverage(members: Tensor, truth: Tensor, share: float) -> float:
    """Return the fraction of truth (sequence, repeat, …) inside the members' central band of `share`."""
    count = members.shape[1]
    ranks = (members[:, :, None] < truth[:, None]).sum(1)
    low, high = (1 - share) / 2 * (count + 1), (1 + share) / 2 * (count + 1)
    below = torch.arange(count + 1, dtype=torch.float32)
    weight = ((below + 1).clamp_max(high) - below.clamp_min(low)).clamp(0, 1)
    return float(weight[ranks].mean())


def _lag1(y: Tensor) -> float:
    """Return the lag-1 correlation of the deviations from the mean over repeats, averaged over channels."""
    deviation = y - y.mean(1, keepdim=True)
    product = (deviation[:, :, 1:] * deviation[:, :, :-1]).mean((0, 1, 2))
    power = deviation.square().mean((0, 1, 2)).clamp_min(1e-30)
    return float((product / power).mean())


def r_squared(predicted: Tensor, truth: Tensor) -> float:
    """Return 1 - residual / variance about each channel's mean, over all channels together."""
    centred = truth - truth.flatten(0, -2).mean(0)
    return 1.0 - float((predicted - truth).square().sum() / centred.square().sum().clamp_min(1e-30))


def _single_shot(twin: Twin, trials: Trials, scale: Tensor, generator: torch.Generator) -> Metrics:
    """Score sequences measured once: proper scores and coverage can be told, the triple cannot."""
    measured, answers = answer(twin, trials, SHOTS, generator)
    truth, paths = (measured / scale)[:, None], (answers / scale).transpose(0, 1)
    return Metrics(
        None,
        None,
        None,
        **_distribution(paths, truth),
        lag1_measured=None,
        lag1_twin=_lag1(paths),
        r2=r_squared(paths.mean(1), truth[:, 0]),
        floor={},
        warnings=(*_warn(twin, trials), f"no sequence has {FEWEST} repeats: no triple and no floor"),
    )


def _far(r2: float | None) -> tuple[str, ...]:
    """Warn of a mean path that leaves what was measured by far: a twin that diverges from its device."""
    return ("the twin diverges from these measurements",) if r2 is not None and r2 < FAR else ()


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
