"""`nado doctor`: is this computer ready to measure and to train?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from nado_lab.lab.cli.console import note, result, table
from nado_lab.lab.cli.options import Json
from nado_lab.lab.errors import LabError

if TYPE_CHECKING:
    from nado_lab.lab.workflow.doctor import Finding


def register(app: typer.Typer) -> None:
    """Add the command of this module to `app`."""
    app.command("doctor")(doctor)


def doctor(
    folder: Annotated[Path, typer.Option("--folder", help="Where runs are to be written.")] = Path(),
    as_json: Json = False,
) -> None:
    """Look at this computer: packages, VISA libraries and what they see, ports, GPU, display, disk.

    Nothing is sent to an instrument. Exit status 1 if something is missing.
    """
    from nado_lab.lab.workflow.doctor import Verdict, examine

    if not folder.is_dir():
        raise LabError(f"{folder} is not a folder")
    found = list(examine(folder))
    result([each.to_json() for each in found], as_json, lambda _: _show(found))
    if any(each.verdict is Verdict.MISSING for each in found):
        raise typer.Exit(1)


def _show(found: list[Finding]) -> None:
    table("This computer", ["", "what", "seen"], [[each.verdict, each.what, each.seen] for each in found])
    for each in found:
        if each.todo:
            note(f"{each.what}: {each.todo}")
