"""Validate a twin on episodes: the drives that a loop asked for, which characterisation may never have shown.

Episodes seldom repeat, so that there is no floor of repeats. The twin's error is held against what the twin
itself says its noise is: a twin that is right is off by as much as it says, also at the end of an episode.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import torch
from nado_lab.lab import validation_history
from nado_lab.lab.errors import LabError
from nado_lab.lab.runs.observer import Observer
from nado_lab.lab.store import Run, timing_mode
from nado_lab.lab.trials import trials_of
from nado_lab.lab.workflow.device_check import check_timing
from nado_lab.lab.workflow.resolved import Verdict, ratio_interval, resolve
from nado_lab.lab.workflow.tolerances import Check, Scored, Tolerances
from nado_lab.lab.workflow.validate import ValidationReport, scored
from nado_lab.twin import Trials, Twin
from nado_lab.twin import load as load_twin

KIND = "episodes"
DRAWS = 16
LATE = 1 / 3
"""The share of an episode, at its end, that counts as late: a bias in long drives shows there."""


@dataclass(frozen=True)
class OnPolicyRequest:
    """Which runs of episodes to hold a twin against; nothing is measured."""

    twin: Path
    runs: tuple[Path, ...]
    tolerances: Tolerances = field(default_factory=Tolerances)
    seed: int = 0
    other_device: bool = False
    other_timing: bool = False


def validate_on_policy(request: OnPolicyRequest, observer: Observer | None = None) -> ValidationReport:
    """Hold a twin against stored episodes, and add the result to the twin's history."""
    twin, observer = load_twin(request.twin), observer or Observer()
    runs = [Run.open(path) for path in request.runs]
    for run in runs:
        _check_run(twin, run, request)
    trials = trials_of(*runs, device=twin.device_name).on(twin.ports)
    observer.stop.check()
    found = scored(twin, trials, trials.drive.shape[1] * trials.step_s)
    off, said = errors(twin, trials, request.seed)
    late = round(off.shape[1] * (1 - LATE))
    coverage = [each for each in request.tolerances.judge(found, KIND) if each.what == "coverage90"]
    checks = (
        *coverage,
        _judge("error_ratio", off, said, request.tolerances, found),
        _judge("late_error_ratio", off[:, late:], said[:, late:], request.tolerances, found),
    )
    setup = runs[0].metadata.setup
    report = ValidationReport(
        twin=str(request.twin),
        setup=setup.name if setup else "",
        time=datetime.now(UTC).isoformat(timespec="seconds"),
        passed=all(check.passed for check in checks),
        seed=request.seed,
        checks=checks,
        scores={KIND: found.metrics},
        device={},
    )
    validation_history.append(request.twin, report.entry())
    return report


@torch.no_grad()
def errors(twin: Twin, trials: Trials, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Return squared errors of the twin's mean, and what it says they are, (trial, step); 1 is the readout's.

    Both are means over channels in multiples of the readout's variance. The error of the mean of DRAWS draws
    is larger than the twin's own variance by 1 / DRAWS, which is counted.
    """
    generator = torch.Generator().manual_seed(seed)
    draws = twin.respond(trials.drive.expand(DRAWS, *trials.drive.shape), generator=generator)
    scale = twin.readout_std
    off = ((trials.readout - draws.mean(0)) / scale).square().mean(-1)
    said = (draws / scale).var(0).mean(-1) * (1 + 1 / DRAWS)
    return off.double().numpy(), said.double().numpy()


def _judge(what: str, off: np.ndarray, said: np.ndarray, tolerances: Tolerances, found: Scored) -> Check:
    """Hold the root of the ratio of both (trial, step) against the limit of a mean's error, by episodes."""
    limit, episodes = tolerances.mean_ratio, len(off)
    pairs = off.mean(axis=1), said.mean(axis=1)
    ratio = float(pairs[0].mean() / pairs[1].mean())
    low, high = (float(np.sqrt(max(end, 0.0))) for end in ratio_interval(ratio, *pairs))
    came = float(np.sqrt(ratio))
    verdict = resolve(came, low, high, episodes, most=limit)
    ends = [end if np.isfinite(end) else None for end in (low, high)]
    return Check(
        KIND,
        what,
        came,
        f"<= {limit:g}",
        verdict.verdict is Verdict.WITHIN,
        came > limit,
        ends[0],
        ends[1],
        verdict.text(KIND, found.sequence_s),
    )


def _check_run(twin: Twin, run: Run, request: OnPolicyRequest) -> None:
    """Refuse a run of another device than the twin's, or of another timing, unless that is meant."""
    known, stored = twin.card.device, run.metadata
    samples = (known.sample if known else "", stored.sample)
    if all(samples) and samples[0] != samples[1] and not request.other_device:
        raise LabError(
            f"the twin was fitted to {known}; {run.path} was measured on sample {stored.sample!r}: give "
            "a run of that device, or say --other-device"
        )
    step_s = stored.notes.get("step_s")
    if step_s and not request.other_timing:
        check_timing(twin, float(step_s), timing_mode(stored))
