"""The data check: what is wrong with measured trials is found before they are fitted, said, and left out."""

# pyright: reportUnknownArgumentType=false, reportUnknownMemberType=false, reportUnknownVariableType=false

from __future__ import annotations

from dataclasses import replace

from nado_lab.twin.data.findings import Finding, FindingKind, named
from nado_lab.twin.data.follows import explained
from nado_lab.twin.data.glitches import (
    constant_channels,
    drive_glitches,
    outside_window,
    readout_glitches,
    saturated_channels,
)
from nado_lab.twin.data.repeats import drift_within, odd_repeats
from nado_lab.twin.data.trials import Trials
from nado_lab.twin.errors import DataError
from torch import Tensor

FEWEST_STEPS = 2
LONG_PIECE, SHORT_PIECE = 48, 12
"""Steps of the pieces between bad steps that trials are cut to, where most trials hold some."""


def check(trials: Trials, run: str = "", *, keep_channels: bool = False) -> Trials:
    """Return the trials with their bad steps marked, channels that never change left out, findings noted.

    Trials that were checked are returned as they are; nothing is changed where nothing is wrong. With
    `keep_channels` all stay: a twin is there already, which knows which channels it needs.
    """
    if trials.checked or not trials.good.any():
        return replace(trials, findings=named(trials.findings, run), checked=True)
    found = list(trials.findings)
    trials = _without_still_channels(trials, found, keep_channels)
    for look in (drive_glitches, readout_glitches):
        marks, said = look(trials)
        trials = _marked(trials, marks, said, found)
    marks, said = odd_repeats(trials)
    trials = _marked(trials, marks[:, None].expand_as(trials.good), said, found)
    for say in (saturated_channels, outside_window, _drive_at_rest, _not_driven, _too_short, drift_within):
        found += say(trials)
    return replace(trials, findings=named(found, run), checked=True)


def usable(trials: Trials, *, keep_channels: bool = False) -> Trials:
    """Check trials and return what may be fitted: those without a bad step, or pieces between bad steps.

    `DataError` where nothing is left, or a trial is too short to hold dynamics.
    """
    trials = check(trials, keep_channels=keep_channels)
    if trials.drive.shape[1] < FEWEST_STEPS:
        raise DataError(
            "trials of one step hold no dynamics: a twin needs sequences of several steps: measure longer"
        )
    if all(low == high for low, high in zip(*_ends(trials.readout), strict=True)):
        raise DataError("no channel ever changes: there is nothing to fit; is the readout connected?")
    return without_bad(trials)


def without_bad(trials: Trials) -> Trials:
    """Leave out trials with a bad step; where most have one, cut them to pieces between bad steps."""
    bad = trials.bad
    if bad is None or not bad.any():
        return replace(trials, bad=None)
    whole = ~bad.any(1)
    if trials.origin is None and float(whole.double().mean()) < 0.5:
        return replace(_pieces(trials, bad), bad=None)
    if not whole.any():
        raise DataError("every trial holds a step that cannot be used; `nado data check` says where")
    return replace(trials.at(whole), bad=None)


def without_far(trials: Trials) -> Trials:
    """Leave out the trials with a gap or a glitch; nothing else is looked for, and none may be left."""
    marks = drive_glitches(trials)[0] | readout_glitches(trials)[0] | ~trials.good
    return replace(trials.at(~marks.any(1)), bad=None)


def _pieces(trials: Trials, bad: Tensor) -> Trials:
    """Cut trials to windows as long as leave enough of them without a bad step."""
    steps, least = trials.drive.shape[1], max(1, int((~bad).sum()) // 2)
    for length in (LONG_PIECE, SHORT_PIECE, SHORT_PIECE // 2):
        if FEWEST_STEPS <= length < steps:
            found = trials.windows(length, max(1, length // 4))
            if len(found) and len(found) * max(1, length // 4) >= least:
                return found
    raise DataError("bad steps lie too close to use what is between; `nado data check` says where they are")


def _ends(values: Tensor) -> tuple[list[float], list[float]]:
    return values.amin((0, 1)).tolist(), values.amax((0, 1)).tolist()


def _marked(trials: Trials, marks: Tensor, said: tuple[Finding, ...], found: list[Finding]) -> Trials:
    """Mark further steps (trial, step) as bad."""
    if not said:
        return trials
    found += said
    return replace(trials, bad=~trials.good | marks)


def _without_still_channels(trials: Trials, found: list[Finding], keep: bool) -> Trials:
    still, said = constant_channels(trials)
    if keep:
        said = tuple(replace(each, channels=()) for each in said)
    found += said
    if not any(each.channels for each in said):
        return trials
    return trials.of_channels([name for at, name in enumerate(trials.channels) if at not in still])


def _drive_at_rest(trials: Trials) -> tuple[Finding, ...]:
    seen = trials.drive[trials.good]
    if len(seen) and (seen.amax(0) > seen.amin(0)).any():
        return ()
    value = f"{float(seen[0, 0]):.4g}" if len(seen) else "one value"
    text = f"it stands at {value} in every step: how the device answers other drives cannot be learnt"
    return (Finding(FindingKind.CONSTANT_DRIVE, text),)


def _not_driven(trials: Trials) -> tuple[Finding, ...]:
    told = explained(trials)
    if told is None or told.follows:
        return ()
    text = (
        f"the last drives explain {max(told.share, 0.0):.1%} of its best channel, and"
        f" {max(told.by_chance, 0.0):.1%} by chance: do the rows belong together?"
    )
    return (Finding(FindingKind.NOT_DRIVEN, text),)


def _too_short(trials: Trials) -> tuple[Finding, ...]:
    if trials.drive.shape[1] >= FEWEST_STEPS:
        return ()
    return (Finding(FindingKind.TOO_SHORT, "trials of one step hold no dynamics; no twin can be fitted"),)


def follows_drive(trials: Trials) -> bool:
    """Tell whether nothing was found against the readout following its drive."""
    return all(each.kind is not FindingKind.NOT_DRIVEN for each in trials.findings)
