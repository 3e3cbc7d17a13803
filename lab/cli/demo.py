"""`nado demo`: the whole loop in simulation, in one command."""

from pathlib import Path
from typing import Annotated, Any

import typer
from nado_lab.lab.cli.console import note, result, table

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def register(app: typer.Typer) -> None:
    """Add the command of this module to `app`."""
    app.command("demo")(demo)


def demo(
    out: Annotated[
        Path | None, typer.Option(help="New folder for runs, twin, networks and report. [default: demo-SEED]")
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the specimen, its noise and all training.")] = 0,
    quick: Annotated[bool, typer.Option("--quick", help="A small version, to see that it works.")] = False,
    as_json: Json = False,
) -> None:
    """Close the loop once in simulation: measure, fit a twin, train through it, deploy, compare."""
    from nado_lab.lab.cli.progress import stages
    from nado_lab.lab.demo.demo import DemoSettings, run_demo

    folder = out or Path(f"demo-{seed}")
    with stages() as show:
        report = run_demo(folder, DemoSettings(seed=seed, **(QUICK if quick else {})), show)
    result(report, as_json, _show)
    note(f"Report: {folder / 'report.html'} (and report.json; the runs are in {folder / 'runs'})")


QUICK: dict[str, Any] = {
    "sequences": 40,
    "held_out_sequences": 2,
    "repeats": 8,
    "steps": 10,
    "mean_steps": 100,
    "score_steps": 30,
    "nodes": 3,
    "train_digits": 200,
    "test_digits": 20,
    "epochs": 3,
    "twin_draws": 2,
}


def _show(report: dict[str, Any]) -> None:
    rows = [
        [name.replace("_", "-"), f"{entry['twin']:.3f}", f"{entry['device']:.3f}"]
        for name, entry in report["accuracy"].items()
    ]
    table(f"Accuracy on {report['n_test']} digits", ["variant", "on the twin", "on the device"], rows)
    rows = [["met" if t["met"] else "MISSED", t["asked"], f"{t['came']:.3g}"] for t in report["targets"]]
    table("Asked and came", ["", "asked", "came"], rows)
