"""Repeats that disagree, and drift: what changes from trial to trial although the drive is the same."""

# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

import torch
from nado_lab.twin.data.findings import Finding, FindingKind, places
from nado_lab.twin.data.trials import Trials
from torch import Tensor

FEWEST_REPEATS = 4
MOST_ODD = 0.05
ALIKE, UNLIKE = 0.8, 0.6
"""Correlation with the median of its sequence: at least that of the usual repeat, at most of an odd one."""
FAR_OFF = 8.0
DRIFTED, SURE = 0.3, 6.0
"""Drift is told from so many deviations of the readout on, and so many standard errors."""
FEWEST_IN_ORDER = 20


def odd_repeats(trials: Trials) -> tuple[Tensor, tuple[Finding, ...]]:
    """Mark trials (trial,) that do not belong to the other repeats of their sequence; say which.

    Such a trial lies FAR_OFF times as far from the median of the repeats as is usual, and does not follow it
    in time although the others do. Where more than one in 20 does so the device is like that: nothing is.
    """
    odd = torch.zeros(len(trials), dtype=torch.bool)
    scale = trials.readout.flatten(0, 1).std(0, correction=0).clamp_min(1e-30)
    for number, count in zip(*trials.sequence.unique(return_counts=True), strict=True):
        if int(count) >= FEWEST_REPEATS:
            mine = (trials.sequence == number).nonzero().flatten()
            odd[mine[_odd(trials.readout[mine] / scale)]] = True
    found = odd.nonzero().flatten().tolist()
    if not found or len(found) > max(1, MOST_ODD * len(trials)):
        return torch.zeros_like(odd), ()
    text = f"trial {places(found)} does not answer like the other repeats of its drive; left out"
    return odd, (Finding(FindingKind.ODD_REPEAT, text, trials=len(found)),)


def _odd(y: Tensor) -> Tensor:
    """Tell which of some repeats y (repeat, step, channel) does not belong to the others."""
    middle = y.median(0).values
    distance = (y - middle).square().mean((1, 2)).sqrt()
    centred, reference = y - y.mean(1, keepdim=True), middle - middle.mean(0)
    power = centred.square().sum((1, 2)) * reference.square().sum()
    likeness = (centred * reference).sum((1, 2)) / power.clamp_min(1e-30).sqrt()
    usual = distance.median().clamp_min(1e-9)
    told = float(likeness.median()) >= ALIKE
    return (distance > FAR_OFF * usual) & (likeness < UNLIKE) & told


def drift_within(trials: Trials) -> tuple[Finding, ...]:
    """Say whether the readout moved while it was measured: its first fifth of trials against its last.

    Compared is the readout of the initial state, the same before each trial; without one, the mean readout.
    """
    if len(trials) < FEWEST_IN_ORDER or trials.origin is not None:
        return ()
    level = trials.readout.mean(1) if trials.initial is None else trials.initial
    scale = trials.readout.flatten(0, 1).std(0, correction=0).clamp_min(1e-30)
    fifth = len(level) // 5
    first, last = level[:fifth] / scale, level[-fifth:] / scale
    moved = last.mean(0) - first.mean(0)
    error = ((first.var(0) + last.var(0)) / fifth).sqrt().clamp_min(1e-9)
    clear = (moved.abs() > DRIFTED) & (moved.abs() > SURE * error)
    if not clear.any():
        return ()
    at = int(torch.where(clear, moved.abs(), torch.zeros_like(moved)).argmax())
    text = (
        f"{trials.channels[at]} moved by {float(moved[at]):+.2g} of its standard deviation from the first"
        f" fifth of the trials to the last ({int(clear.sum())} of {len(clear)} channels moved)"
    )
    return (Finding(FindingKind.DRIFT, text),)
