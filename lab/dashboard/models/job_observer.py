"""What a fit tells, passed on to the job it runs in; imported in the job, because torch takes seconds."""

from __future__ import annotations

from collections.abc import Callable

from nado_lab.lab.dashboard.models.events import Event, Progressed
from nado_lab.lab.dashboard.models.worker import Job
from nado_lab.twin import Observer, Progress


class JobObserver(Observer):
    """Pass the progress of a fit on to its job and to the panels; the job's wish to stop ends the fit."""

    def __init__(self, job: Job, post: Callable[[Event], None]) -> None:
        self._job, self._post = job, post

    def progress(self, progress: Progress) -> None:
        step = int(progress.figures.get("step", 0))
        self._job.progress(progress.share, f"{progress.doing}: step {step}")
        self._post(Progressed("fit", {"phase": progress.doing, **progress.figures}))

    def should_stop(self) -> bool:
        self._job.check()
        return False
