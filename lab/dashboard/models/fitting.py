"""Fit, score and recalibrate twins in a computing thread, by the verbs of the lab."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from nado_lab.lab.dashboard.models.events import Finished, Post
from nado_lab.lab.dashboard.models.job_observer import JobObserver, stoppable
from nado_lab.lab.dashboard.models.previews import Preview, preview
from nado_lab.lab.dashboard.models.worker import Job

if TYPE_CHECKING:
    from nado_lab.lab.workflow.fit import FitRequest
    from nado_lab.lab.workflow.recalibrate import RecalibrateRequest
    from nado_lab.twin import Metrics, Trials, Twin


log = logging.getLogger(__name__)


@dataclass(frozen=True)
class TwinResult:
    """A twin with its metrics on trials that it was not fitted to, and its pictures."""

    path: Path
    twin: Twin
    trials: Trials | None
    metrics: Metrics | None
    preview: Preview | None
    seconds: float = 0.0
    before: Metrics | None = None
    """Those of the twin that was recalibrated, on the same runs."""


def fit_job(request: FitRequest, post: Post) -> Callable[[Job], None]:
    """Make the action of a worker that fits a twin, saves it, scores it and posts a TwinResult."""

    def action(job: Job) -> None:
        from nado_lab.lab.workflow.fit import fit

        done = stoppable(lambda: fit(request, JobObserver(job, "fit", post)))
        for finding in done.twin.card.data:
            log.warning("%s: %s", done.path.name, finding)
        pictures = preview(done.twin, done.scored)
        post(
            Finished(
                "fit", TwinResult(done.path, done.twin, done.scored, done.metrics, pictures, done.wall_s)
            )
        )

    return action


def evaluate_job(path: Path, runs: tuple[str, ...], post: Post) -> Callable[[Job], None]:
    """Make the action of a worker that scores a saved twin on those trials of runs that it has not seen."""

    def action(job: Job) -> None:
        from nado_lab.lab.workflow.evaluate import EvaluateRequest, evaluate

        done = evaluate(EvaluateRequest(path, tuple(map(Path, runs))))
        shown = preview(done.twin, done.trials)
        for warning in done.metrics.warnings:
            log.warning("%s: %s", path.name, warning)
        post(Finished("fit", TwinResult(path, done.twin, done.trials, done.metrics, shown)))

    return action


def recalibrate_job(request: RecalibrateRequest, post: Post) -> Callable[[Job], None]:
    """Make the action of a worker that brings a saved twin up to date with runs, and saves it as another."""

    def action(job: Job) -> None:
        from nado_lab.lab.workflow.evaluate import EvaluateRequest, evaluate
        from nado_lab.lab.workflow.recalibrate import recalibrate

        done = stoppable(lambda: recalibrate(request, JobObserver(job, "fit", post)))
        shown = preview(done.twin, done.scored) if done.scored else None
        before = evaluate(EvaluateRequest(request.twin, request.scored_on)).metrics if done.metrics else None
        result = TwinResult(done.path, done.twin, done.scored, done.metrics, shown, before=before)
        post(Finished("fit", result))

    return action
