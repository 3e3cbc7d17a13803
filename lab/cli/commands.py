"""The table of commands: one module a group, each with a `register(app)` of its own."""

from importlib import import_module

import typer

GROUPS: tuple[str, ...] = (
    "plugins",
    "doctor",
    "init",
    "bench",
    "bring_up",
    "calibrate",
    "measure",
    "runs",
    "data",
    "twin",
    "network",
    "sim",
    "demo",
    "deploy",
    "validate",
    "loop",
    "report",
    "sweep",
    "gui",
    "watch",
)


def register(app: typer.Typer) -> None:
    """Hang every group of commands on `app`."""
    if app.registered_commands or app.registered_groups:
        return  # a process may run the program several times
    for group in GROUPS:
        import_module(f"nado_lab.lab.cli.{group}").register(app)
