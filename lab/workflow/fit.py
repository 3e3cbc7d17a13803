"""`nado twin fit`: the fit, kept while it is under way, with what it shows and writes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from nado_lab.lab.errors import LabError
from nado_lab.lab.new_output import refuse_existing
from nado_lab.lab.workflow.read_trials import WINDOW, read_trials, streams
from nado_lab.twin.observer import Observer, Progress

if TYPE_CHECKING:
    from nado_lab.lab.workflow.streamed_trials import Stream
    from nado_lab.twin import Checkpointer, FitSettings, Trials, Twin

Show = Callable[[str, float, str], None]
Log = Callable[[Progress], None]


@dataclass(frozen=True)
class FitOrder:
    """What the command line asks of a fit; `given` holds the settings that were stated."""

    runs: list[Path]
    out: Path
    level: str
    share: float
    start: Path | None = None
    resume: bool = False
    tensorboard: Path | None = None
    memory_gb: float = 8.0
    keep_all: bool = False
    given: dict[str, Any] = field(default_factory=dict)

    @property
    def unfinished(self) -> Path:
        """Return where the fit is kept while it is under way."""
        return self.out.with_name(f"{self.out.name}.fitting")


def carry_out(order: FitOrder) -> tuple[Twin, float]:
    """Fit, score and save the twin of an order; return it and the seconds that took."""
    from nado_lab.lab.runs.interrupts import StopRequest, stop_on_signals
    from nado_lab.twin import StreamRecord, fit_and_score, load, save

    refuse_existing(order.out)
    if not 0 <= order.share < 1:
        raise LabError(f"--scored-share must be from 0 to below 1; got {order.share}")
    if order.resume and order.start:
        raise LabError("--resume goes on from where the fit stopped: leave --start out")
    stop = StopRequest()
    checkpointer = _checkpointer(order)
    settings = _settings(order, checkpointer)
    start = load(order.start) if order.start else None
    (trials, stream), started = _trials(order, settings.seed), time.perf_counter()
    how: dict[str, Any] = {"share": order.share, "start": start, "checkpointer": checkpointer}
    with _shown(order, stop) as observer, stop_on_signals(stop):
        twin = fit_and_score(trials, settings, observer, more=stream.more if stream else None, **how)
    if stream and twin.card.split:
        streamed = StreamRecord(len(stream.stored), in_memory=stream.most, read_later=stream.read)
        twin.card = replace(twin.card, split=replace(twin.card.split, streamed=streamed))
    twin.card = replace(twin.card, runs=tuple(str(path.resolve()) for path in order.runs))
    save(twin, order.out)
    checkpointer.remove()
    return twin, time.perf_counter() - started


def _trials(order: FitOrder, seed: int) -> tuple[Trials, Stream | None]:
    """Read all trials; of runs larger than memory some, with a stream of the others."""
    from nado_lab.lab.workflow.streamed_trials import open_stream

    stream = open_stream(order.runs, order.memory_gb, seed) if streams(order.runs, order.level) else None
    if stream and stream.needed:
        return stream.first(), stream
    alike = not order.keep_all
    return read_trials(order.runs, level=order.level, window=WINDOW, only_alike=alike), None


def _checkpointer(order: FitOrder) -> Checkpointer:
    """Make the checkpointer of the fit: with what was kept, if it is to go on."""
    from nado_lab.twin import Checkpointer, read_unfinished

    path = order.unfinished
    if path.exists() and not order.resume:
        raise LabError(f"{path} keeps a fit that was not finished: add --resume to go on, or remove it")
    return Checkpointer(path, read_unfinished(path) if order.resume else None)


def _settings(order: FitOrder, checkpointer: Checkpointer) -> FitSettings:
    """Return the settings as stated; of a fit that goes on, those it began with."""
    from nado_lab.twin import FitSettings

    if checkpointer.unfinished is None:
        return FitSettings.from_json(order.given)
    settings = checkpointer.unfinished.settings
    for name, value in order.given.items():
        if getattr(settings, name) != value:
            raise LabError(
                f"the fit began with {name} {getattr(settings, name)!r}, not {value!r}: leave that out"
            )
    return settings


class _Shown(Observer):
    """Show a fit's progress as bars, log it for TensorBoard where that was asked, and stop when asked."""

    def __init__(self, show: Show, log: Log | None, stop: Callable[[], bool]) -> None:
        self._show, self._log, self._stop = show, log, stop

    def progress(self, progress: Progress) -> None:
        held_out = progress.figures.get("held_out")
        told = "" if held_out is None else f", held-out {held_out:.4f}"
        self._show(progress.stage, progress.share, progress.doing + told)
        if self._log and progress.figures:
            self._log(progress)

    def should_stop(self) -> bool:
        return self._stop()


@contextmanager
def _shown(order: FitOrder, stop: Callable[[], bool]) -> Iterator[Observer]:
    """Give the observer of a fit, with its bars and its log."""
    from nado_lab.lab.cli.progress import stages

    with ExitStack() as stack:
        show, log = stack.enter_context(stages()), None
        if order.tensorboard:
            from nado_lab.lab.cli.twin_log import tensorboard_log

            log = stack.enter_context(tensorboard_log(order.tensorboard / order.out.name))
        yield _Shown(show, log, stop)
