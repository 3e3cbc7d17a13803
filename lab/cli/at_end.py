"""What a command tells those who are not there: a note while it works, a call (`--notify`) at its end.

The option --notify belongs to every command; it may stand before or after it. Settings name others to call.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from nado_lab.lab.cli.console import note
from nado_lab.lab.errors import LabError
from nado_lab.observer import StoppedError

if TYPE_CHECKING:
    from nado_lab.lab.notices import AtWork, Outcome, Target
    from nado_lab.lab.store import Run

OPTION = "--notify"


@dataclass
class Work:
    """The work of one command; `outcome` None: as the command ends."""

    what: str
    path: str
    started: datetime
    targets: tuple[Target, ...]
    noted: AtWork | None
    outcome: Outcome | None = None
    reason: str = ""
    bench: str = ""


@dataclass
class _Command:
    """The command that is given: whom its options name, and its work once that has begun."""

    asked: tuple[str, ...] = ()
    work: Work | None = None


_now = _Command()


def ask(targets: Iterable[str]) -> None:
    """Take the values of --notify; one that can be nobody is refused before anything begins."""
    from nado_lab.lab.notices import read_target

    _now.asked, _now.work = tuple(targets), None
    for each in _now.asked:
        read_target(each)


def begin(what: str, path: str | Path, parts: Iterable[Path] = ()) -> Work:
    """Take note that work of a kind begins, whose result will lie at `path`."""
    from nado_lab.lab.notices import AtWork, read_target
    from nado_lab.lab.notices.notice import now

    targets = (*(read_target(each) for each in _now.asked), *_of_settings())
    if os.environ.get("RANK", "0") != "0":  # under torchrun, one process speaks for all
        targets = ()
    place = str(path) if "://" in str(path) else os.path.abspath(path)  # noqa: PTH100
    noted = None if what == "run" else AtWork(what, path, parts)  # a run is seen in its own store
    _now.work = Work(what, place, now(), targets, noted)
    return _now.work


def came_out(outcome: Outcome, reason: str = "", bench: str = "") -> None:
    """Say how the work of this command came out, where its exit status does not say all."""
    if _now.work:
        _now.work.outcome, _now.work.reason, _now.work.bench = outcome, reason, bench


def run_came_out(run: Run) -> None:
    """Say how a run came out, and what is known of its bench."""
    from nado_lab.lab.notices import Outcome
    from nado_lab.lab.runs.elsewhere import bench_of_ended
    from nado_lab.lab.store import Status

    known = run.metadata
    outcomes = {Status.COMPLETE: Outcome.DONE, Status.ABORTED: Outcome.STOPPED}
    came_out(outcomes.get(known.status, Outcome.FAILED), known.reason, bench_of_ended(known).text())


def noticed(command: Callable[[], object]) -> object:
    """Do a command, and tell whom it concerns how it ended; it ends as it would without that."""
    try:
        done = command()
    except BaseException as error:
        _tell(error)
        raise
    _tell(None)
    return done


def _tell(error: BaseException | None) -> None:
    work, asked = _now.work, _now.asked
    _now.work, _now.asked = None, ()
    if work is None:
        if asked and error is None:
            note(f"nado: {OPTION}: this command does no work of which there would be something to tell")
        return
    if work.noted:
        work.noted.end()
    if work.targets:
        _call(work, error)


def _call(work: Work, error: BaseException | None) -> None:
    from nado_lab.lab.notices import Notice, call_all
    from nado_lab.lab.notices.notice import now

    outcome, reason = _how(work, error)
    notice = Notice(work.what, work.path, outcome, reason, work.started, now(), work.bench)
    try:
        call_all(notice, work.targets, lambda line: note(f"nado: {line}"))
    except KeyboardInterrupt:
        note("nado: nobody is called any more")


def _how(work: Work, error: BaseException | None) -> tuple[Outcome, str]:
    """Say how work came out: as the command said, else as it ended."""
    from nado_lab.lab.notices import Outcome

    if isinstance(error, (KeyboardInterrupt, StoppedError)):
        told = [str(error), *getattr(error, "__notes__", ())]
        return Outcome.STOPPED, " ".join(filter(None, told)) or "Ctrl-C"
    if error is not None and not isinstance(error, typer.Exit):
        return Outcome.FAILED, str(error) or type(error).__name__
    if work.outcome is not None:
        return work.outcome, work.reason
    failed = isinstance(error, typer.Exit) and error.exit_code != 0
    return (Outcome.FAILED, "see what the command printed") if failed else (Outcome.DONE, "")


def _of_settings() -> tuple[Target, ...]:
    """Read whom the settings name; a file that is wrong is told, and keeps nobody from working."""
    from nado_lab.lab.notices import targets_of_settings

    try:
        return targets_of_settings()
    except LabError as error:
        note(f"warning: nobody of the settings will be told: {error}")
        return ()
