"""`nado report`: one self-contained HTML page about a run, a twin, a network or a folder of results."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from nado_lab.lab.cli.console import result, say
from nado_lab.lab.cli.options import Force, Json

if TYPE_CHECKING:
    from nado_lab.lab.reports import WrittenReport


def register(app: typer.Typer) -> None:
    """Add the command of this module to `app`."""
    app.command("report")(report)


def report(
    path: Annotated[
        str, typer.Argument(help="A run, a twin, a network, or the folder of a deploy, loop, demo or sweep.")
    ],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="The new HTML file. [default: NAME-report.html]")
    ] = None,
    figures: Annotated[
        Path | None, typer.Option(help="Also write the figures as PDF into this folder.")
    ] = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Write a page with pictures, tables, lineage, versions and the command that makes the thing again."""
    from nado_lab.lab.reports import write_report

    file = out or Path(f"{Path(path).name}-report.html")
    result(write_report(path, file, figures), as_json, _show)


def _show(done: "WrittenReport") -> None:
    say(f"{done.title}: {done.summary}\n{done.kind} report: {done.file}")
