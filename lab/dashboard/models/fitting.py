"""Fit and judge twins in a computing thread, telling how it goes."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nado_lab.lab.dashboard.models.events import Event, Finished
from nado_lab.lab.dashboard.models.previews import Preview, preview
from nado_lab.lab.dashboard.models.worker import Job
from nado_lab.lab.errors import LabError

if TYPE_CHECKING:
    from nado_lab.twin import Trials, Twin

SCORED_SHARE = 0.1
Post = Callable[[Event], None]


@dataclass(frozen=True)
class FitRequest:
    """What to fit: runs, where the twin goes, the settings of `twin.FitSettings`, runs kept to judge it."""

    runs: tuple[str, ...]
    out: Path
    settings: dict[str, Any]
    judged_on: tuple[str, ...] = ()


@dataclass(frozen=True)
class TwinResult:
    """A twin with its scores on repeats and its pictures."""

    path: Path
    twin: Twin
    trials: Trials
    scores: dict[str, Any] | None
    preview: Preview | None
    seconds: float = 0.0


def fit_job(request: FitRequest, post: Post) -> Callable[[Job], None]:
    """Make the action of a worker that fits a twin, saves it, scores it and posts a TwinResult."""

    def action(job: Job) -> None:
        from nado_lab.lab.dashboard.models.job_observer import JobObserver
        from nado_lab.twin import FitSettings, ScoredOn, evaluate, fit, save, split_scored

        begun = time.monotonic()
        trials = read_trials(request.runs)
        settings = FitSettings.from_json(request.settings)
        parts = split_scored(trials, 0.0 if request.judged_on else SCORED_SHARE, settings.seed)
        twin = fit(parts.training, settings, JobObserver(job, post))
        judged = read_trials(request.judged_on) if request.judged_on else parts.scored or trials
        metrics = evaluate(twin, judged)
        scored_on = ScoredOn.OTHER_RUNS if request.judged_on else parts.scored_on
        scored_on = scored_on if judged is not trials else ScoredOn.ALL
        twin.card = replace(twin.card, metrics=metrics, scored_on=scored_on)
        save(twin, request.out)
        scores = metrics.to_json()
        took = time.monotonic() - begun
        post(Finished("fit", TwinResult(request.out, twin, judged, scores, preview(twin, judged), took)))

    return action


def judge_job(path: Path, runs: tuple[str, ...], post: Post) -> Callable[[Job], None]:
    """Make the action of a worker that scores a saved twin on runs."""

    def action(job: Job) -> None:
        from nado_lab.twin import load

        twin = load(path)
        trials = read_trials(runs)
        post(Finished("fit", TwinResult(path, twin, trials, scores_of(twin, trials), preview(twin, trials))))

    return action


def recalibrate_job(
    path: Path, runs: tuple[str, ...], out: Path, judged_on: tuple[str, ...], post: Post
) -> Callable[[Job], None]:
    """Make the action of a worker that brings a saved twin up to date with runs, and saves it as another."""

    def action(job: Job) -> None:
        from nado_lab.twin import evaluate, load, recalibrate, save

        trials = read_trials(runs)
        twin = recalibrate(load(path), trials)
        judged = read_trials(judged_on) if judged_on else trials
        metrics = evaluate(twin, judged)
        twin.card = replace(twin.card, metrics=metrics)
        save(twin, out)
        scores = metrics.to_json()
        post(Finished("fit", TwinResult(out, twin, judged, scores, preview(twin, judged))))

    return action


def read_trials(runs: tuple[str, ...]) -> Trials:
    """Read the trials of runs as tensors."""
    from nado_lab.lab.trials import trials_of

    if not runs:
        raise LabError("no run was chosen; mark the runs to use in the list")
    return trials_of(*runs)


def scores_of(twin: Twin, trials: Trials) -> dict[str, Any]:
    """Score the twin on all trials, as plain values."""
    from nado_lab.twin import evaluate

    return evaluate(twin, trials).to_json()
