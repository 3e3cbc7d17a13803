"""Tell those who are not at the window: a note while work goes on, a call at its end (settings, [notify])."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from nado_lab.lab.dashboard.models.events import RunEnded
from nado_lab.lab.dashboard.models.worker import Job, Stopped
from nado_lab.lab.errors import LabError, message_of
from nado_lab.lab.notices import AtWork, Notice, Outcome, call_all, targets_of_settings
from nado_lab.lab.notices.calls import CALL_S
from nado_lab.lab.notices.notice import now
from nado_lab.lab.runs.elsewhere import bench_of_ended
from nado_lab.lab.store import Run, Status, StoreError

log = logging.getLogger(__name__)
_OUTCOMES = {Status.COMPLETE: Outcome.DONE, Status.ABORTED: Outcome.STOPPED}


class Announcer:
    """Call whom the settings name, in threads of their own: nothing in the window waits for an answer."""

    def __init__(self) -> None:
        self._calls: list[threading.Thread] = []

    def announced(self, what: str, out: Path, action: Callable[[Job], object]) -> Callable[[Job], None]:
        """Make a job's action that says that it is at work, and tells how it ended."""

        def act(job: Job) -> None:
            began, job.noted = now(), AtWork(what, out)
            outcome, reason = Outcome.DONE, ""
            try:
                action(job)
                outcome = Outcome.STOPPED if job.should_stop() else Outcome.DONE
            except Stopped as stopped:
                outcome, reason = Outcome.STOPPED, str(stopped)
                raise
            except BaseException as error:
                outcome, reason = Outcome.FAILED, message_of(error)
                raise
            finally:
                job.noted.end()
                self._call(Notice(what, str(out), outcome, reason, began, now()))

        return act

    def run_ended(self, event: RunEnded) -> None:
        """Tell how a run of this process ended."""
        began, bench = now(), ""
        try:
            known = Run.open(event.path).metadata
            began, bench = _to_the_second(known.started), bench_of_ended(known).text()
        except StoreError:
            log.debug("no run at %s", event.path)
        known_as = next((status for status in Status if status == event.status), Status.FAILED)
        outcome = _OUTCOMES.get(known_as, Outcome.FAILED)
        self._call(Notice("run", event.path, outcome, event.reason, began, now(), bench))

    def close(self) -> None:
        """Wait for the calls that are under way; none takes longer than CALL_S."""
        for thread in self._calls:
            thread.join(CALL_S)

    def _call(self, notice: Notice) -> None:
        try:
            targets = targets_of_settings()
        except LabError as error:
            log.warning("nobody of the settings is told: %s", error)
            return
        if targets:
            thread = threading.Thread(target=call_all, args=(notice, targets, log.warning), daemon=True)
            self._calls = [*(each for each in self._calls if each.is_alive()), thread]
            thread.start()


def _to_the_second(at: datetime) -> datetime:
    return at.replace(microsecond=0)
