"""Progress bars on stderr: one line a stage, with what it does now and the time that is left."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from nado_lab.lab.cli.at_end import Work, begin
from nado_lab.lab.cli.console import is_quiet
from nado_lab.lab.cli.stopping import going_on
from nado_lab.lab.runs.observer import Observer
from nado_lab.lab.text_file import shown as shown_text
from nado_lab.observer import Progress
from rich.console import Console
from rich.progress import (
    BarColumn,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.progress import Progress as RichProgress

TOLD = {"held_out": "held-out loss", "loss": "loss"}


class Bars(Observer):
    """A bar for every stage that has been heard of; where stderr is no terminal, a line a stage."""

    def __init__(self, bars: RichProgress, work: Work) -> None:
        super().__init__()
        self._bars, self._work = bars, work
        self._tasks: dict[str, TaskID] = {}
        self._finished: set[str] = set()
        self._plain = not bars.console.is_terminal and not is_quiet()

    def progress(self, progress: Progress) -> None:
        """Show how far a stage is and what it does now."""
        if self._work.noted:
            self._work.noted.progress(progress)
        stage, doing = progress.stage, _doing(progress)
        if stage not in self._tasks:
            self._tasks[stage] = self._bars.add_task(shown_text(stage), total=1.0, doing=doing)
            self._say(f"{stage} ...")
        self._bars.update(self._tasks[stage], completed=progress.share, doing=doing)
        if progress.share >= 1.0 and stage not in self._finished:
            self._finished.add(stage)
            self._say(f"{stage} done. {doing}")

    def _say(self, text: str) -> None:
        if self._plain:
            self._bars.console.print(shown_text(text), highlight=False, markup=False)


def _doing(progress: Progress) -> str:
    """Say what is done now, with the figure that tells most of it."""
    told = [f"{word} {progress.figures[name]:.4f}" for name, word in TOLD.items() if name in progress.figures]
    return ", ".join([*filter(None, [shown_text(progress.doing)]), *told[:1]])


@contextmanager
def shown(
    how_to_go_on: Callable[[], str], what: str, path: str | Path, parts: Iterable[Path] = ()
) -> Iterator[Bars]:
    """Show progress bars on stderr while work of a kind runs, whose result will lie at `path`.

    Who stops it is told how to go on; who watches or is to be called (`at_end`) hears of it. `parts` are the
    results of a list of work.
    """
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description:<24}", markup=False),
        BarColumn(bar_width=24),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[doing]}", style="dim", markup=False),
    )
    plain = not console.is_terminal or is_quiet()
    with going_on(how_to_go_on), RichProgress(*columns, console=console, disable=plain) as bars:
        yield Bars(bars, begin(what, path, parts))
