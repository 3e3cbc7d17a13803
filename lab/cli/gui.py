"""`nado gui`: the dashboard, or pictures of it."""

import os
import sys
import tempfile
from pathlib import Path
from typing import Annotated

import typer
from nado_lab.lab.cli.console import note, result
from nado_lab.lab.cli.options import Json, SetupName, SetupWord, Specimen
from nado_lab.lab.new_output import require_folder


def register(app: typer.Typer) -> None:
    """Add the command of this module to `app`."""
    app.command("gui")(gui)


def gui(
    word: SetupWord = "",
    setup: SetupName = "",
    folder: Annotated[Path, typer.Option("--folder", help="Where runs, twins and networks lie.")] = Path(
        "runs"
    ),
    specimen: Specimen = 0,
    tour: Annotated[
        Path | None, typer.Option(help="Show no window: drive a short session, write pictures here.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Open the dashboard."""
    from nado_lab.lab.dashboard import UNSEEN, require_display, require_qt

    platform = os.environ.get("QT_QPA_PLATFORM", "")
    on_screen = tour is None and platform not in UNSEEN
    require_folder(tour or folder, "--tour" if tour else "--folder")
    require_qt(with_display=on_screen and sys.platform.startswith("linux") and platform in ("", "xcb"))
    if on_screen:
        require_display()
    if tour is None:
        from nado_lab.lab.dashboard.start import show_dashboard

        raise typer.Exit(show_dashboard(setup or word or None, folder, specimen))
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from nado_lab.lab.dashboard.tour import take_tour

    with tempfile.TemporaryDirectory() as scratch:
        pictures = take_tour(setup or word or "sim:nanoring", tour, Path(scratch), specimen, note)
    result({"pictures": [str(path) for path in pictures]}, as_json, lambda found: None)
