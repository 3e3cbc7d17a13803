"""The command line `nado`. Heavy libraries are imported inside the commands that use them."""

import os
import signal
import sys
from types import FrameType

import typer
from nado_lab.lab.cli.console import say
from nado_lab.lab.cli.stopping import EXIT_INTERRUPTED, tell_stopped
from nado_lab.lab.cli.top import Commands, let_go_of_closed_pipe
from nado_lab.lab.errors import is_for_people, of_the_system

EXIT_ERROR = 1

app = typer.Typer(
    name="nado",
    cls=Commands,
    help="Measure a physical device, fit a digital twin, train a network through it, deploy it back.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",  # in the mode "rich" whatever stands in [brackets] is lost
    context_settings={"help_option_names": ["-h", "--help"]},
)


def main() -> None:
    """Run `nado`; an error meant for people becomes one line on stderr and exit status 1."""
    from nado_lab.lab.cli import commands
    from nado_lab.lab.cli.console import take_any_text

    # Twins are many small steps: a second thread gains little, and costs tenfold on a busy machine.
    os.environ.setdefault("OMP_NUM_THREADS", "1")
    take_any_text()
    commands.register(app)
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        app()
    except SystemExit:
        let_go_of_closed_pipe()
        raise
    except KeyboardInterrupt as press:
        tell_stopped(press)
        sys.exit(EXIT_INTERRUPTED)
    except Exception as error:
        said = str(error) if is_for_people(error) else of_the_system(error)
        if not said:
            raise
        for line in (f"nado: {said}", *(f"  {note}" for note in getattr(error, "__notes__", ()))):
            say(line, err=True)
        sys.exit(EXIT_ERROR)


def _interrupt(_signal: int, _frame: FrameType | None) -> None:
    """Let a polite kill stop a run as Ctrl-C does: hardware safe, run closed."""
    raise KeyboardInterrupt
