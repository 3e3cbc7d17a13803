"""`nado runs diff`, `plot`, `note`, `tag`, `name`, `hide`, `rm`: compare runs, look at one, keep order."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from nado_lab.lab.cli.console import note, result, say, table
from nado_lab.lab.cli.options import Folder, Force, Json, RunRef
from nado_lab.lab.errors import LabError

if TYPE_CHECKING:
    from nado_lab.lab.store import RunDifferences


def add_to(runs: typer.Typer) -> None:
    """Add the commands of this module to the group `runs`."""
    for name, command in (
        ("diff", diff),
        ("plot", plot),
        ("note", note_run),
        ("tag", tag_run),
        ("name", name_run),
        ("hide", hide),
        ("rm", remove),
    ):
        runs.command(name)(command)


def diff(
    one: RunRef,
    other: Annotated[str, typer.Argument(help="Another run.")],
    folder: Folder = Path(),
    as_json: Json = False,
) -> None:
    """Compare two runs: what was set otherwise, and how far the numbers are apart."""
    from nado_lab.lab.store import Run, compare_runs, locate

    first, second = (Run.open(locate(each, folder)) for each in (one, other))
    result(compare_runs(first, second), as_json, _show_differences)


def plot(
    run: RunRef,
    out: Annotated[Path, typer.Option("--out", "-o", help="The new picture: .png, .pdf or .svg.")],
    folder: Folder = Path(),
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Draw a run: its first sequence, its noise, its monitored readings; further figures as OUT-2, OUT-3."""
    from nado_lab.lab.reports import plot_run
    from nado_lab.lab.store import locate

    drawn = plot_run(locate(run, folder), out)
    result({"pictures": drawn}, as_json, lambda found: say("\n".join(map(str, found["pictures"]))))


def note_run(
    run: RunRef,
    text: Annotated[str, typer.Argument(help="The remark. [default: list those that are there]")] = "",
    by: Annotated[str, typer.Option(help="Whose remark. [default: the logged-in user]")] = "",
    folder: Folder = Path(),
    as_json: Json = False,
) -> None:
    """Write a remark to a run, kept with it; without one, read them."""
    from getpass import getuser

    from nado_lab.lab.store import Run, locate, remark

    path = locate(run, folder)
    known = remark(path, text, by or getuser()) if text else Run.open(path).metadata.notes.get("remarks", [])
    result({"run": path, "remarks": known}, as_json, lambda found: _show_remarks(found["remarks"]))


def tag_run(
    run: RunRef,
    tags: Annotated[list[str] | None, typer.Argument(help="Tags to add. [default: list them]")] = None,
    remove_tags: Annotated[
        list[str] | None, typer.Option("--remove", help="A tag to take away; may be given again.")
    ] = None,
    folder: Folder = Path(),
    as_json: Json = False,
) -> None:
    """Tag a run with words, to be found by `nado runs list --where tag=WORD`."""
    from nado_lab.lab.store import Run, locate, tag

    path = locate(run, folder)
    asked = tags or remove_tags
    now = tag(path, tags or (), remove_tags or ()) if asked else Run.open(path).metadata.notes.get("tags", [])
    result({"run": path, "tags": now}, as_json, lambda found: say(" ".join(found["tags"])))


def name_run(
    run: RunRef,
    title: Annotated[str, typer.Argument(help='What it is called in lists; "" for no name.')],
    folder: Folder = Path(),
    as_json: Json = False,
) -> None:
    """Call a run something; its folder keeps its name, so that what points at it still does."""
    from nado_lab.lab.store import locate, title_run

    path = locate(run, folder)
    title_run(path, title)
    result({"run": path, "title": title}, as_json, lambda found: say(f"{path}: {found['title']}"))


def hide(
    run: RunRef,
    show: Annotated[bool, typer.Option("--show", help="Show it again.")] = False,
    folder: Folder = Path(),
    as_json: Json = False,
) -> None:
    """Leave a run out of lists (`nado runs list --hidden` still shows it)."""
    from nado_lab.lab.store import hide_run, locate

    path = locate(run, folder)
    hide_run(path, hidden=not show)
    told = "shown" if show else "hidden"
    result({"run": path, "hidden": not show}, as_json, lambda _: say(f"{path}: {told}"))


def remove(
    runs: Annotated[list[str], typer.Argument(help="Runs: paths, numbers or ids.")],
    force: Annotated[bool, typer.Option("--force", help="Delete them for good, at once.")] = False,
    folder: Folder = Path(),
    as_json: Json = False,
) -> None:
    """Move runs into the folder .nado-trash beside them, from which they can be moved back."""
    from nado_lab.lab.store import Run, locate, remove_run

    paths = [locate(each, folder) for each in runs]
    for each in paths:
        Run.open(each)  # all are runs, before the first is moved
    if len(set(paths)) < len(paths):
        raise LabError("a run is named more than once")
    moved = {each: remove_run(each, for_good=force) for each in paths}
    result(moved, as_json, lambda _: None)
    for each, place in moved.items():
        note(f"{each}: deleted" if place is None else f"{each}: moved to {place}")


def _show_differences(found: RunDifferences) -> None:
    rows = [[each.entry, each.one, each.other] for each in found.differences]
    if rows:
        table("Different", ["", found.one, found.other], rows)
    else:
        say("Everything that was set is the same.")
    apart = [[each.column, each.units, f"{each.largest:.3g}", f"{each.rms:.3g}"] for each in found.columns]
    if apart:
        table("Numbers apart, by", ["column", "units", "largest", "rms"], apart)


def _show_remarks(remarks: list[dict[str, str]]) -> None:
    for each in remarks:
        say(f"{each['time']} {each['by']}: {each['text']}")
