"""What holds for every command: one vocabulary, mistakes in one line, a closed pipe is no error."""

from __future__ import annotations

import os
import sys
from typing import Any

import typer
from nado_lab.lab.cli.at_end import noticed
from nado_lab.lab.cli.console import say
from nado_lab.lab.cli.stopping import EXIT_INTERRUPTED, tell_stopped
from nado_lab.lab.cli.vocabulary import in_current_words
from nado_lab.lab.new_output import SET_ASIDE
from nado_lab.observer import StoppedError
from typer.core import TyperGroup

UsageError = typer.BadParameter.__base__ or typer.BadParameter
ClickError = UsageError.__base__ or UsageError
"""Click's errors, which typer carries along without a public name."""


class Commands(TyperGroup):
    """All commands, and what holds for each of them."""

    def parse_args(self, ctx: typer.Context, args: list[str]) -> list[str]:  # type: ignore[override]
        """Read the arguments, older spellings in the words of today."""
        return super().parse_args(ctx, in_current_words(self, ctx, args))  # type: ignore[arg-type]

    def invoke(self, ctx: typer.Context) -> object:  # type: ignore[override]
        """Run the command; one that was stopped says what is known, and exits with status 130."""
        SET_ASIDE.set(None)
        try:
            return noticed(lambda: super(Commands, self).invoke(ctx))
        except (KeyboardInterrupt, StoppedError) as stopped:
            tell_stopped(stopped)
            raise typer.Exit(EXIT_INTERRUPTED) from None
        except BrokenPipeError:
            if not let_go_of_closed_pipe("\n"):  # else another pipe, of a process that was started
                raise
            raise typer.Exit(0) from None

    def main(self, *args: Any, standalone_mode: bool = True, **options: Any) -> Any:
        """Run as a program: what is no command is said in one line, with exit status 2."""
        if not standalone_mode:
            return super().main(*args, standalone_mode=False, **options)
        try:
            found = super().main(*args, standalone_mode=False, **options)
        except typer.Abort:
            say("nado: nothing was done", err=True)
            sys.exit(1)
        except Exception as error:
            if not isinstance(error, ClickError):
                raise
            _tell_usage(error)
            sys.exit(getattr(error, "exit_code", 2))
        sys.exit(found if isinstance(found, int) else 0)


def let_go_of_closed_pipe(last: str = "") -> bool:
    """Say whether who read standard output has left (`| head`); what is still to be written goes nowhere.

    What a write could not write is forgotten: only another one, of `last`, tells that the pipe is closed.
    """
    try:
        sys.stdout.write(last)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return True
    return False


def _tell_usage(error: Any) -> None:
    context = getattr(error, "ctx", None)
    words = context.command_path if context is not None else "nado"
    if context is not None and type(error).__name__ == "NoArgsIsHelpError":
        say(context.get_help())
        return
    told = error.format_message().strip().rstrip(".")
    say(f"nado: {told[:1].lower()}{told[1:]}; `{words} --help` lists what there is", err=True)
