"""What a person reads after Ctrl-C: what is kept, whether the bench is safe (if known), how to go on."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from nado_lab.lab.cli.console import say
from nado_lab.lab.errors import is_for_people
from nado_lab.observer import StoppedError

EXIT_INTERRUPTED = 130


@contextmanager
def going_on(how: Callable[[], str]) -> Iterator[None]:
    """Have `how()` told to whoever stops the block, or has no room for what it writes."""
    try:
        yield
    except (KeyboardInterrupt, StoppedError, OSError) as stopped:
        stopped.add_note(how())
        raise


def if_begun(path: str | Path, go_on: str) -> Callable[[], str]:
    """Tell how to go on with what lies at a path; where nothing lies there, to begin again."""
    begun = lambda: "://" in str(path) or Path(path).exists()  # noqa: E731
    return lambda: f"Go on with: {go_on}" if begun() else "Nothing was written; give the command again."


def tell_stopped(stopped: BaseException) -> None:
    """Say that the command was stopped, and what those know whom the interruption passed (its notes)."""
    say(f"nado: {str(stopped) or 'stopped'}", err=True)
    before = stopped.__context__
    if before is not None and is_for_people(before) and not isinstance(before, StoppedError):
        say(f"  what was wrong then: {before}", err=True)
    for line in getattr(stopped, "__notes__", ()):
        say(f"  {line}", err=True)
