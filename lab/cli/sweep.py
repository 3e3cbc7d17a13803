"""`nado sweep`: many experiments at once, on this computer or on a cluster."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from nado_lab.lab.cli.at_end import came_out
from nado_lab.lab.cli.console import note, result, say
from nado_lab.lab.cli.options import Json
from nado_lab.lab.cli.stopping import if_begun

if TYPE_CHECKING:
    from nado_lab.lab.sweeps import SweepResult


def register(app: typer.Typer) -> None:
    """Add the command of this module to `app`."""
    app.command("sweep")(sweep)


def sweep(
    config: Annotated[Path, typer.Argument(help="What to vary, as TOML (docs/sweep.md).")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder of the sweep. [default: CONFIG's name]")
    ] = None,
    scheduler: Annotated[str, typer.Option(help="A Dask scheduler, e.g. tcp://head:8786.")] = "",
    workers: Annotated[int, typer.Option(min=1, help="Local worker processes, without --scheduler.")] = 2,
    optimise: Annotated[bool, typer.Option("--optimise", help="Search as [optimise] says.")] = False,
    as_json: Json = False,
) -> None:
    """Measure, fit and train at every point of a grid (or of a search); started again, it goes on."""
    from nado_lab.lab.cli.progress import shown
    from nado_lab.lab.notices import Outcome
    from nado_lab.lab.sweeps import SweepOptions, load_sweep, run_sweep

    wanted, folder = load_sweep(config), out or config.with_suffix("")
    with shown(if_begun(folder, f"nado sweep {config} --out {folder}"), "sweep", folder) as observer:
        report = run_sweep(wanted, folder, SweepOptions(scheduler, workers, optimise), observer)
    result(report, as_json, _show)
    if report.failed:
        told = f"{report.failed} of {report.points} points failed; the column `error` says why"
        note(f"nado: {told}")
        came_out(Outcome.FAILED, told)
        raise typer.Exit(1)


def _show(report: SweepResult) -> None:
    say(f"{report.points} points ({report.reused} reused): {report.table}")
    if report.best:
        shown = {name: value for name, value in report.best.items() if not isinstance(value, list)}
        say("best: " + ", ".join(f"{name} {value}" for name, value in shown.items()))
