"""Readings that are no numbers: found before they are computed with, and held a place for.

IEEE 754 has NaN and infinities; instruments that speak SCPI send 9.9E37 for infinity, -9.9E37 for its
negative and 9.91E37 for "not a number" (SCPI-99, volume 1, section 7.2.1.4); Keithley and Keysight send those
for a reading beyond the range.
"""

# pyright: reportUnknownMemberType=false, reportUnknownVariableType=false, reportUnknownArgumentType=false

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from nado_lab.outliers import OVERFLOW
from nado_lab.twin.data.findings import Finding, FindingKind, places
from nado_lab.twin.errors import DataError

DEAD = 0.5
"""A channel with fewer numbers than this share of its readings is left out whole."""


@dataclass(frozen=True)
class Filled:
    """Arrays of numbers only; `bad` (trial, step) tells where they are stand-ins (None: nowhere).

    `kept` (channel,) tells the channels that hold numbers; readout and initial are of those.
    """

    drive: np.ndarray
    readout: np.ndarray
    initial: np.ndarray | None
    bad: np.ndarray | None
    kept: np.ndarray
    findings: tuple[Finding, ...] = ()


def fill_gaps(
    drive: np.ndarray,
    readout: np.ndarray,
    initial: np.ndarray | None,
    channels: tuple[str, ...],
    *,
    keep_channels: bool = False,
) -> Filled:
    """Take what is no number out of drive (trial, step, port), readout (…, channel) and initial.

    A gap of one channel is filled with the channel's median, and its step is marked; a channel of gaps is
    left out unless `keep_channels` (of a few trials of many). `DataError` where no channel holds numbers.
    """
    gaps, odd = _is_gap(readout), np.asarray(_is_gap(drive).any(-1))
    kept = np.asarray((gaps.mean((0, 1)) <= DEAD) | keep_channels)
    if not gaps.any() and not odd.any() and (initial is None or not _is_gap(initial).any()):
        return Filled(drive, readout, initial, None, np.ones(readout.shape[2], bool))
    if not kept.any():
        raise DataError(
            "no channel holds numbers: all readings are overflows, infinite or NaN; measure again"
        )
    findings = _tell(gaps, odd, kept, channels)
    readout, gaps = readout[..., kept], gaps[..., kept]
    bad = np.asarray(gaps.any(-1) | odd)
    middle = _medians(readout, gaps)
    if initial is not None:
        initial, lost = initial[:, kept], _is_gap(initial[:, kept])
        bad[:, 0] |= lost.any(1)
        initial = np.where(lost, _medians(initial, lost, middle), initial)
    filled = np.where(gaps, middle, readout)
    return Filled(
        np.where(_is_gap(drive), 0.0, drive), filled, initial, bad if bad.any() else None, kept, findings
    )


def _is_gap(values: np.ndarray) -> np.ndarray:
    return ~(np.abs(values) < OVERFLOW)


def _medians(values: np.ndarray, gaps: np.ndarray, otherwise: np.ndarray | None = None) -> np.ndarray:
    """Return the median (channel,) of what is no gap."""
    flat, lost = values.reshape(-1, values.shape[-1]), gaps.reshape(-1, values.shape[-1])
    found = [
        float(np.median(column[~gone])) if not gone.all() else float("nan")
        for column, gone in zip(flat.T, lost.T, strict=True)
    ]
    return np.where(np.isnan(found), 0.0 if otherwise is None else otherwise, found)


def _tell(
    gaps: np.ndarray, odd: np.ndarray, kept: np.ndarray, channels: tuple[str, ...]
) -> tuple[Finding, ...]:
    """Say where there are no numbers."""
    findings = [
        Finding(
            FindingKind.DEAD_CHANNEL,
            f"{channels[at]} holds no number in {gaps[..., at].mean():.0%} of its readings; it is left out",
            channels=(channels[at],),
        )
        for at in np.flatnonzero(~kept)
    ]
    bad = gaps[..., kept].any(-1) | odd
    if bad.any():
        names = [name for name, keep in zip(channels, kept, strict=True) if keep]
        hit = [names[at] for at in np.flatnonzero(gaps[..., kept].any((0, 1)))] + ["drive"] * bool(odd.any())
        where = f"{', '.join(hit[:3])}{' …' if len(hit) > 3 else ''}"
        text = (
            f"{where} at {int(bad.sum())} of {bad.size} steps (trial {places(np.flatnonzero(bad.any(1)))},"
            f" step {places(np.flatnonzero(bad.any(0)))}); these steps are left out"
        )
        findings.append(Finding(FindingKind.NO_NUMBER, text, steps=int(bad.sum())))
    return tuple(findings)
