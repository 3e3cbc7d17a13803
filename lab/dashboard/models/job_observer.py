"""Let the window look on at a verb of the lab that runs as a job, and stop it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from nado_lab.lab.dashboard.models.events import Post, Progressed
from nado_lab.lab.dashboard.models.experiment import ABORTED
from nado_lab.lab.dashboard.models.worker import Job, Stopped
from nado_lab.lab.runs import StopRequest
from nado_lab.lab.runs.observer import Observer, Row
from nado_lab.lab.workflow.play_drives import AbortedError
from nado_lab.observer import Progress, StoppedError

if TYPE_CHECKING:
    from nado_lab.lab.dashboard.models.feed import Feed

Result = TypeVar("Result")


class JobObserver(Observer):
    """Tell a job's progress, post it as an event, and pass measured rows to a feed, if there is one."""

    def __init__(self, job: Job, kind: str, post: Post, feed: Feed | None = None) -> None:
        super().__init__(stop_request(job))
        self._job, self._kind, self._post, self._feed = job, kind, post, feed

    def progress(self, progress: Progress) -> None:
        """Show how far the job is; those who watch from elsewhere hear it from its note."""
        if self._job.noted:
            self._job.noted.progress(progress)
        self._job.progress(progress.share, f"{progress.stage} {progress.doing}".strip())
        self._post(Progressed(self._kind, progress))

    def row(self, stream: str, row: Row) -> None:
        """Pass on one row."""
        if self._feed:
            self._feed(stream, row)


def stop_request(job: Job) -> StopRequest:
    """Make what a verb asks whether to stop, out of a job that may be asked to end."""
    stop = StopRequest()
    job.when_stopped(lambda: stop.stop(ABORTED))
    return stop


def stoppable(call: Callable[[], Result]) -> Result:
    """Call a verb; one that somebody stopped ends the job as stopped, not as failed."""
    try:
        return call()
    except (AbortedError, StoppedError) as error:
        raise Stopped(str(error)) from error
