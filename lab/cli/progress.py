"""Progress bars on stderr: one line a stage, with what it does now and the time that is left."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskID,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)


class Stages:
    """A bar for every stage that has been heard of; where stderr is no terminal, a line a stage."""

    def __init__(self, bars: Progress) -> None:
        self._bars = bars
        self._tasks: dict[str, TaskID] = {}
        self._finished: set[str] = set()
        self._plain = not bars.console.is_terminal

    def __call__(self, stage: str, fraction: float, doing: str = "") -> None:
        """Show that `stage` is done to `fraction` (0 to 1) and what it does now."""
        if stage not in self._tasks:
            self._tasks[stage] = self._bars.add_task(stage, total=1.0, doing=doing)
            self._say(f"{stage} ...")
        self._bars.update(self._tasks[stage], completed=fraction, doing=doing)
        if fraction >= 1.0 and stage not in self._finished:
            self._finished.add(stage)
            self._say(f"{stage} done. {doing}")

    def _say(self, text: str) -> None:
        if self._plain:
            self._bars.console.print(text, highlight=False, markup=False)


@contextmanager
def stages() -> Iterator[Stages]:
    """Show progress bars on stderr while the block runs."""
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description:<24}", markup=False),
        BarColumn(bar_width=24),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[doing]}", style="dim", markup=False),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:
        yield Stages(bars)
