"""A thread that does one job after another, so that the window never waits for any of them."""

import itertools
import logging
import queue
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from nado_lab.lab.dashboard.models.events import JobChanged, Post
from nado_lab.lab.errors import is_for_people, message_of
from nado_lab.lab.notices import AtWork

log = logging.getLogger(__name__)
_numbers = itertools.count(1)


class JobState(StrEnum):
    """How far a job is."""

    WAITING = "waiting"
    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


class Stopped(Exception):
    """Raised inside a job to leave it because it was asked to stop."""


@dataclass
class Job:
    """One thing to do: `action(job)`; it looks at `should_stop()` and tells its `progress`."""

    kind: str
    label: str
    action: Callable[["Job"], object]
    post: Post
    number: int = field(default_factory=lambda: next(_numbers))
    ended: threading.Event = field(default_factory=threading.Event)
    state: JobState = JobState.WAITING
    noted: AtWork | None = None
    _stop: threading.Event = field(default_factory=threading.Event)
    _on_stop: Callable[[], None] | None = None

    def stop(self) -> None:
        """Ask the job to end soon."""
        self._stop.set()
        if self._on_stop:
            self._on_stop()

    def when_stopped(self, call: Callable[[], None]) -> None:
        """Have `call` made as soon as the job is asked to end (at once if it was)."""
        self._on_stop = call
        if self._stop.is_set():
            call()

    def should_stop(self) -> bool:
        """Say whether the job was asked to end."""
        return self._stop.is_set()

    def check(self) -> None:
        """Leave the job if it was asked to end."""
        if self._stop.is_set():
            raise Stopped

    def progress(self, fraction: float, text: str = "") -> None:
        """Tell how much is done (0 to 1)."""
        self._tell(self.state, fraction, text)

    def run(self) -> None:
        """Do it; whatever goes wrong becomes a state and a message, never the end of the thread."""
        self._tell(JobState.RUNNING)
        try:
            self.check()
            self.action(self)
            self._tell(JobState.STOPPED if self._stop.is_set() else JobState.DONE, 1.0)
        except Stopped as stopped:
            self._tell(JobState.STOPPED, 0.0, str(stopped))
        except Exception as error:
            log.error("%s: %s", self.label, message_of(error), exc_info=not is_for_people(error))
            self._tell(JobState.FAILED, 0.0, message_of(error))
        finally:
            self.ended.set()

    def drop(self) -> None:
        """End a job that waits, without doing it, and say so."""
        self._stop.set()
        self._tell(JobState.STOPPED, 0.0, "dropped before it began")
        self.ended.set()

    def _tell(self, state: JobState, fraction: float = 0.0, text: str = "") -> None:
        self.state = state
        self.post(JobChanged(self.number, self.kind, self.label, state, fraction, text))


class Worker:
    """Own one thread. What belongs to that thread (an open bench) is touched by its jobs only."""

    def __init__(self, name: str, post: Post) -> None:
        self._post = post
        self._jobs: queue.Queue[Job | None] = queue.Queue()
        self.current: Job | None = None
        self._thread = threading.Thread(target=self._loop, name=name, daemon=True)
        self._thread.start()

    @property
    def is_busy(self) -> bool:
        """Say whether a job runs or waits."""
        return self.current is not None or not self._jobs.empty()

    def submit(self, kind: str, label: str, action: Callable[[Job], object]) -> Job:
        """Append a job."""
        job = Job(kind, label, action, self._post)
        self._jobs.put(job)
        return job

    def stop_all(self) -> list[Job]:
        """Ask the running job to stop and drop those that wait; give all of them."""
        jobs = [self.current] if self.current else []
        while True:
            try:
                waiting = self._jobs.get_nowait()
            except queue.Empty:
                break
            if waiting:
                waiting.drop()
        for job in jobs:
            job.stop()
        return jobs

    def close(self, wait_s: float) -> bool:
        """End the thread after its current job; say whether it ended in time."""
        self._jobs.put(None)
        self._thread.join(wait_s)
        return not self._thread.is_alive()

    def _loop(self) -> None:
        while (job := self._jobs.get()) is not None:
            self.current = job
            job.run()
            self.current = None
