"""`nado runs`: list, show and verify what was measured."""

from pathlib import Path
from typing import Annotated, Any

import typer

from lab.cli.console import result, table

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
RunPath = Annotated[str, typer.Argument(help="A run: its path or URL.")]

runs = typer.Typer(help="List, show and verify runs.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the commands of this module to `app`."""
    app.add_typer(runs, name="runs")


@runs.command("list")
def list_runs(
    folder: Annotated[Path, typer.Argument(help="The folder that holds the runs.")] = Path(),
    as_json: Json = False,
) -> None:
    """List the runs below a folder, oldest first."""
    from lab.store import find_runs

    result(find_runs(folder), as_json, _show_list)


@runs.command("show")
def show(run: RunPath, as_json: Json = False) -> None:
    """Show all that is known about a run: metadata, streams, columns with dims and units."""
    from lab.store import Run, summarise

    result(summarise(Run.open(run)), as_json, _show_one)


@runs.command("verify")
def verify_run(run: RunPath, as_json: Json = False) -> None:
    """Read a run through; exit status 1 if anything committed is missing or torn."""
    from lab.store import verify

    findings = [vars(finding) for finding in verify(run)]
    passed = all(finding["passed"] for finding in findings)
    result({"run": run, "passed": passed, "findings": findings}, as_json, _show_findings)
    if not passed:
        raise typer.Exit(1)


def _show_list(found: list[dict[str, Any]]) -> None:
    headings = ["started", "status", "rows", "protocol", "setup", "sample", "path"]
    table("Runs", headings, [[str(run[heading]) for heading in headings] for run in found])


def _show_one(run: dict[str, Any]) -> None:
    plain = ("path", "run_id", "status", "reason", "started", "ended", "sample", "operator", "lineage")
    rows = [[key, str(run[key])] for key in plain if run[key]]
    if run["setup"]:
        rows.append(["setup", run["setup"]["name"]])
    if run["protocol"]:
        rows.append(["protocol", run["protocol"]["name"]])
        rows += [[f"  {k}", f"{p['value']} {p['units']}"] for k, p in run["protocol"]["parameters"].items()]
    table("Run", ["", ""], rows)
    for name, stream in run["streams"].items():
        columns = [
            [column, " x ".join(each["dims"]), " x ".join(map(str, each["shape"])), each["units"]]
            for column, each in stream["columns"].items()
        ]
        table(f"{name}: {stream['rows']} rows", ["column", "dims", "shape", "units"], columns)


def _show_findings(report: dict[str, Any]) -> None:
    rows = [["ok" if f["passed"] else "WRONG", f["what"], f["detail"]] for f in report["findings"]]
    table(f"{report['run']}: {'whole' if report['passed'] else 'not whole'}", ["", "checked", "seen"], rows)
