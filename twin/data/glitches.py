"""Single values far from all others (`nado_lab.outliers`): glitches; and channels that do not move."""

# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

import torch
from nado_lab import outliers
from nado_lab.twin.data.findings import Finding, FindingKind, places
from nado_lab.twin.data.trials import Trials
from torch import Tensor

LAGS = 3
"""Steps for which a drive that stands out may explain a readout that does."""
TIES, TIED_SHARE = 8, 0.02
"""A channel is saturated where so many, and such a share, of its readings equal its highest or lowest."""


def bulk(values: Tensor) -> tuple[Tensor, Tensor]:
    """Return the ends (column,) of the central 99 % of values (row, column)."""
    low, high = outliers.bulk(values.numpy())
    return torch.as_tensor(low), torch.as_tensor(high)


def far_out(values: Tensor, good: Tensor) -> Tensor:
    """Tell which values (trial, step, column) lie far out, among the `good` steps (trial, step)."""
    seen = values[good]
    low, high = (torch.as_tensor(end, dtype=values.dtype) for end in outliers.limits(seen.numpy()))
    far = ((values < low) | (values > high)) & good[..., None]
    return far & (far.flatten(0, 1).sum(0) <= outliers.most_glitches(len(seen)))


def drive_glitches(trials: Trials) -> tuple[Tensor, tuple[Finding, ...]]:
    """Mark the steps (trial, step) whose drive is a glitch; say which."""
    far = far_out(trials.drive, trials.good)
    steps = far.any(-1)
    if not steps.any():
        return steps, ()
    low, high = bulk(trials.drive[trials.good])
    findings: list[Finding] = []
    for port in far.any((0, 1)).nonzero().flatten().tolist():
        values = trials.drive[..., port][far[..., port]]
        value = _worst(values, float(low[port] + high[port]) / 2)
        usual = f"the others lie from {low[port]:.4g} to {high[port]:.4g}"
        text = f"{_of_port(trials, port)}{value:.4g} at {_where(far[..., port])}; {usual}; left out"
        findings.append(Finding(FindingKind.DRIVE_GLITCH, text, steps=int(far[..., port].sum())))
    return steps, tuple(findings)


def readout_glitches(trials: Trials) -> tuple[Tensor, tuple[Finding, ...]]:
    """Mark the steps (trial, step) with a reading that neither its drive nor its repeats explain."""
    far = far_out(trials.readout, trials.good)
    if not far.any():
        return far.any(-1), ()
    far &= ~_driven(trials)[..., None] & ~_repeated(trials, far)
    steps = far.any(-1)
    if not steps.any():
        return steps, ()
    low, high = bulk(trials.readout[trials.good])
    hit = far.any((0, 1)).nonzero().flatten().tolist()
    first = hit[0]
    value = _worst(trials.readout[..., first][far[..., first]], float(low[first] + high[first]) / 2)
    text = (
        f"{places([trials.channels[at] for at in hit], 3)} at {_where(steps)}:"
        f" {value:.4g}{_unit(trials, first)} where others lie from {low[first]:.4g} to {high[first]:.4g};"
        " left out"
    )
    return steps, (Finding(FindingKind.READOUT_GLITCH, text, steps=int(steps.sum())),)


def constant_channels(trials: Trials) -> tuple[list[int], tuple[Finding, ...]]:
    """Return the numbers of the channels that never change, and say which; none where all do not."""
    seen = trials.readout[trials.good]
    still = seen.amax(0) == seen.amin(0)
    found = still.nonzero().flatten().tolist()
    if not found:
        return [], ()
    names = tuple(trials.channels[at] for at in found)
    text = f"{places(names, 6)} always reads {float(seen[0, found[0]]):.6g}{_unit(trials, found[0])}"
    return found, (Finding(FindingKind.CONSTANT_CHANNEL, text, channels=() if still.all() else names),)


def saturated_channels(trials: Trials) -> tuple[Finding, ...]:
    """Say which channels stand at their highest or lowest value so often that they were cut off there.

    A converter of few levels repeats all its values, so the inner ones are counted for comparison.
    """
    seen = trials.readout[trials.good]
    rows = seen[torch.linspace(0, len(seen) - 1, min(len(seen), outliers.MOST_VALUES)).long()]
    found: list[Finding] = []
    for value, word in ((rows.amax(0), "highest"), (rows.amin(0), "lowest")):
        ties = (rows == value).sum(0)
        for at in (ties >= max(TIES, TIED_SHARE * len(rows))).nonzero().flatten().tolist():
            inner = rows[:, at][rows[:, at] != value[at]]
            if len(inner) and int(ties[at]) > 4 * int(inner.unique(return_counts=True)[1].max()):
                text = (
                    f"{trials.channels[at]} stands at its {word} value, {float(value[at]):.5g}"
                    f"{_unit(trials, at)}, in {int(ties[at]) / len(rows):.0%} of its readings"
                )
                found.append(Finding(FindingKind.SATURATED_CHANNEL, text))
    return tuple(found)


def outside_window(trials: Trials) -> tuple[Finding, ...]:
    """Say which drives lie outside [-1, 1], where the trials say what that stands for."""
    over = (trials.drive.abs() > 1 + 1e-4).any(-1) & trials.good
    if not trials.ports or not over.any():
        return ()
    worst = float(trials.drive[over].abs().max())
    text = f"{_where(over)} drive beyond the window of its ports, up to {worst:.3g} half windows"
    return (Finding(FindingKind.OUTSIDE_WINDOW, text),)


def _driven(trials: Trials) -> Tensor:
    """Tell at which steps (trial, step) a drive of the last LAGS steps stands out and may explain it."""
    low, high = bulk(trials.drive[trials.good])
    half = (high - low) / 2
    out = ((trials.drive < low - half) | (trials.drive > high + half)).any(-1)
    late = out.clone()
    for lag in range(1, LAGS + 1):
        late[:, lag:] |= out[:, :-lag]
    return late


def _repeated(trials: Trials, far: Tensor) -> Tensor:
    """Tell which values most repeats of the sequence show as well."""
    numbers, which, counts = trials.sequence.unique(return_inverse=True, return_counts=True)
    if int(counts.max()) < 3 or not far.any():
        return torch.zeros_like(far)
    share = torch.zeros(len(numbers), *far.shape[1:]).index_add_(0, which, far.float())
    share /= counts[:, None, None]
    return (share > 0.5)[which] & (counts >= 3)[which][:, None, None]


def _where(marks: Tensor) -> str:
    """Say which of marks (trial, step) are set."""
    found = marks.nonzero().tolist()
    told = ", ".join(f"trial {trial} step {step}" for trial, step in found[:3])
    return told + (f" and {len(found) - 3} more steps" if len(found) > 3 else "")


def _worst(values: Tensor, middle: float) -> float:
    return float(values[(values - middle).abs().argmax()])


def _unit(trials: Trials, channel: int) -> str:
    return f" {trials.units[channel]}" if trials.units[channel] not in ("", "1") else ""


def _of_port(trials: Trials, port: int) -> str:
    name = trials.ports[port].name if trials.ports else ""
    return f"{name or f'port {port}'}: " if trials.drive.shape[2] > 1 or name else ""
