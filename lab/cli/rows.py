"""A bar that counts rows, for commands that measure."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager


@contextmanager
def row_bar(title: str) -> Iterator[Callable[[int, int], None]]:
    """Give a `progress(done, total)` that moves a bar on stderr while the block runs."""
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    console = Console(stderr=True)
    title_column = TextColumn("{task.description}", markup=False)
    columns = (title_column, BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as bars:
        task = bars.add_task(title, total=None)
        yield lambda done, total: bars.update(task, completed=done, total=total or None)
