"""Call one group of commands in this process, with a fake device behind every setup."""

from contextlib import contextmanager

import typer
from nado_lab.lab.cli.top import Commands
from typer.testing import CliRunner


def call(group, *arguments):
    """Run `nado ARGUMENTS` with the commands of one module; give typer's result."""
    app = typer.Typer()
    app.callback(cls=Commands)(lambda: None)
    group.register(app)
    return CliRunner().invoke(app, [str(argument) for argument in arguments])


def behind_every_setup(monkeypatch, device) -> list:
    """Let `open_named_setup` give `device`; return the (name, specimen) it was asked for."""
    asked = []

    @contextmanager
    def open_named_setup(name, *, specimen=0, **_):
        asked.append((name, specimen))
        yield device

    monkeypatch.setattr("nado_lab.lab.compose.open_named_setup", open_named_setup)
    return asked
