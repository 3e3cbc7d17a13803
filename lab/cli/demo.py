"""`nado demo`: the whole loop in simulation, in one command."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from nado_lab.lab.cli.console import note, result, table
from nado_lab.lab.cli.options import Force, Json
from nado_lab.lab.cli.stopping import if_begun

if TYPE_CHECKING:
    from nado_lab.lab.reports.demo_report import DemoReport


def register(app: typer.Typer) -> None:
    """Add the command of this module to `app`."""
    app.command("demo")(demo)


def demo(
    out: Annotated[
        Path | None,
        typer.Option("--out", "-o", help="New folder for runs, twin, networks, report. [default: demo-SEED]"),
    ] = None,
    setup: Annotated[
        str, typer.Option("--setup", "-s", help="A simulated setup. [default: sim:nanoring]")
    ] = "",
    seed: Annotated[int, typer.Option(min=0, help="Seed of the specimen, its noise and all training.")] = 0,
    quick: Annotated[bool, typer.Option("--quick", help="A small version, to see that it works.")] = False,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Close the loop once in simulation: measure, fit a twin, train through it, deploy, compare."""
    from nado_lab.lab.cli.progress import shown
    from nado_lab.lab.demo.demo import run_demo
    from nado_lab.lab.demo.settings import QUICK, DemoSettings

    folder = out or Path(f"demo-{seed}")
    sizes = QUICK if quick else DemoSettings()
    with shown(if_begun(folder, "another --out (a demo is made in one go)"), "demo", folder) as observer:
        report = run_demo(folder, replace(sizes, setup=setup or sizes.setup, seed=seed), observer)
    result(report, as_json, _show)
    note(f"Report: {folder / 'report.html'} (and report.json; the runs are in {folder / 'runs'})")


def _show(report: DemoReport) -> None:
    rows = [
        [name.replace("_", "-"), f"{entry.twin:.3f}", f"{entry.device:.3f}"]
        for name, entry in report.accuracy.items()
    ]
    table(f"Accuracy on {report.n_test} digits", ["variant", "on the twin", "on the device"], rows)
    rows = [["met" if each.met else "MISSED", each.asked, f"{each.came:.3g}"] for each in report.targets]
    table("Asked and came", ["", "asked", "came"], rows)
