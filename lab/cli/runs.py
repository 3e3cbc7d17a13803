"""`nado runs`: list, show, verify, repair and export what was measured; see also `run_upkeep`."""

import os
import sys
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from nado_lab.lab.cli import run_upkeep
from nado_lab.lab.cli.console import note, result, say, table
from nado_lab.lab.cli.options import Below, BelowWord, Folder, Force, Json, RunRef, one_folder

if TYPE_CHECKING:
    from nado_lab.lab.store import Check, RepairReport, RunEntry, RunSummary
    from nado_lab.lab.workflow.device_metrics import MetricsResult

_MOST_LINES = 100

runs = typer.Typer(help="List, show, compare, tag, verify, repair and export runs.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the group of this module to `app`, with the commands that keep runs in order."""
    run_upkeep.add_to(runs)
    app.add_typer(runs, name="runs")


@runs.command("list")
def list_runs(
    word: BelowWord = None,
    folder: Below = None,
    where: Annotated[
        list[str] | None, typer.Option(help="name=value, e.g. status=failed; may be given again.")
    ] = None,
    last: Annotated[int, typer.Option(min=0, help="Only so many of the latest; 0 for all.")] = 0,
    hidden: Annotated[bool, typer.Option("--hidden", help="Also those that were hidden.")] = False,
    as_json: Json = False,
) -> None:
    """List the runs below a folder, oldest first."""
    from nado_lab.lab.store import find_runs

    place = one_folder(folder, word)
    found = [run for run in find_runs(place, **_conditions(where)) if hidden or not run.hidden]
    shown = found[-last:]
    result([run.to_json() for run in shown], as_json, lambda _: _show_list(shown, place))


def _conditions(where: list[str] | None) -> dict[str, str]:
    if not where:
        return {}
    from nado_lab.protocols import parse_assignments

    return parse_assignments(where, "--where status=failed")


@runs.command("show")
def show(run: RunRef, folder: Folder = Path(), as_json: Json = False) -> None:
    """Show all that is known about a run: metadata, streams, columns with dims and units."""
    from nado_lab.lab.store import Run, locate, summarise

    result(summarise(Run.open(locate(run, folder))), as_json, _show_one)


@runs.command("verify")
def verify_run(run: RunRef, folder: Folder = Path(), as_json: Json = False) -> None:
    """Read a run through; exit status 1 if anything committed is missing or torn."""
    from nado_lab.lab.store import locate, verify

    checks = verify(locate(run, folder))
    passed = all(check.passed for check in checks)
    report = {"run": run, "passed": passed, "findings": [check.to_json() for check in checks]}
    result(report, as_json, lambda _: _show_checks(run, checks))
    if not passed:
        raise typer.Exit(1)


@runs.command("repair")
def repair_run(run: RunRef, folder: Folder = Path(), as_json: Json = False) -> None:
    """Close a run whose program died: cut what was not committed, pack and check the rest."""
    from nado_lab.lab.store import locate, repair

    result(repair(locate(run, folder)), as_json, _show_repair)


@runs.command("export")
def export_run(
    run: RunRef,
    out: Annotated[Path, typer.Option("--out", "-o", help="The new file: .nc, .csv or .npz.")],
    stream: Annotated[str, typer.Option(help="Only this stream.")] = "",
    folder: Folder = Path(),
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Write a run as netCDF, CSV or npz."""
    from nado_lab.lab.store import export, locate

    left_out = export(locate(run, folder), out, stream)
    result({"file": str(out), "left_out": left_out}, as_json, lambda done: say(f"wrote {done['file']}"))
    if left_out:
        note(f"not in the file, too many dimensions for a table: {', '.join(left_out)}")


@runs.command("documents")
def documents(
    run: RunRef,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="The new file. [default: standard output]")
    ] = None,
    folder: Folder = Path(),
    force: Force = False,
) -> None:
    """Write a run as documents of the bluesky event model: JSON lines of [name, document]."""
    from nado_lab.lab.new_output import refuse_existing
    from nado_lab.lab.store import Run, Status, documents_of, line_of, locate

    opened = Run.open(locate(run, folder))
    if out is None:
        for each in documents_of(opened):
            say(line_of(each))
    else:
        refuse_existing(out)
        with out.open("x", encoding="utf-8", newline="\n") as file:
            file.writelines(f"{line_of(each)}\n" for each in documents_of(opened))
        say(f"wrote {out}")
    if opened.status is Status.RUNNING:
        note(f"{opened.path} is still going, or its program died: its documents have no stop")


@runs.command("metrics")
def metrics(
    run: RunRef,
    twin: Annotated[
        Path | None, typer.Option(help="Judge this twin beside it, under the same drives.")
    ] = None,
    lags: Annotated[int, typer.Option(min=1, help="Steps back that memory is looked for.")] = 10,
    degree: Annotated[int, typer.Option(min=1, help="Degree up to which capacity is looked for.")] = 3,
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Write a page, new HTML file.")] = None,
    device_name: Annotated[str, typer.Option(help="Of devices measured side by side: judge this one.")] = "",
    folder: Folder = Path(),
    seed: Annotated[int, typer.Option(help="Decides the twin's noise.")] = 0,
    as_json: Json = False,
) -> None:
    """Judge the device of a `memory` run as a reservoir: memory, capacity by degree and delay, ranks."""
    from nado_lab.lab.store import locate
    from nado_lab.lab.workflow.device_metrics import MetricsRequest, device_metrics

    request = MetricsRequest(locate(run, folder), twin, lags, degree, out, device_name, seed)
    found = device_metrics(request)
    for warning in found.warnings:
        note(f"warning: {warning}")
    told = found.device.to_json() | ({"twin": found.twin.to_json()} if found.twin else {})
    told |= {"warnings": list(found.warnings)} | ({"page": found.page} if found.page else {})
    result(told, as_json, lambda _: _show_metrics(found))


def _show_metrics(found: "MetricsResult") -> None:
    sides = {"device": found.device} | ({"twin": found.twin} if found.twin else {})
    names = [each.name for each in fields(found.device) if each.name != "capacity_table"]
    rows = [[name, *(_digits(getattr(side, name)) for side in sides.values())] for name in names]
    table("As a reservoir", ["metric", *sides], rows)


def _digits(value: "float | tuple[float, ...] | None") -> str:
    """Print a number, or a list of them, with four digits that mean something; nothing as a dash."""
    if value is None:
        return "–"
    if isinstance(value, tuple):
        return ", ".join(map(_digits, value))
    return f"{value:.4g}"


def _show_list(found: "list[RunEntry]", folder: Path) -> None:
    """List runs: for a program everything, on a terminal what fits into a line."""
    if not sys.stdout.isatty():
        headings = ["number", "started", "status", "rows", "protocol", "setup", "sample", "tags", "path"]
        lines = [replace(run, started=run.started[:19]) for run in found]
        table("Runs", headings, [[_cell(getattr(line, name)) for name in headings] for line in lines])
        return
    if len(found) > _MOST_LINES:
        note(f"the latest {_MOST_LINES} of {len(found)} runs; --json lists all, --where narrows them down")
    rows = [
        [
            str(run.number),
            run.started[5:16].replace("T", " "),
            run.status,
            str(run.rows),
            run.protocol,
            run.setup.removeprefix("sim:"),
            " ".join([os.path.relpath(run.path, folder), *(f"#{tag}" for tag in run.tags)]),
        ]
        for run in found[-_MOST_LINES:]
    ]
    table("Runs", ["", "started", "status", "rows", "protocol", "setup", "path"], rows, cut=True)


def _cell(value: object) -> str:
    return ", ".join(map(str, value)) if isinstance(value, tuple) else str(value)


def _show_one(run: "RunSummary") -> None:
    from nado_lab.lab.runs.elsewhere import bench_of_ended
    from nado_lab.lab.store import Status
    from nado_lab.lab.store.metadata import BENCH

    known = run.metadata
    plain = ("run_id", "status", "reason", "started", "ended", "sample", "operator")
    rows = [["path", run.path], *([key, str(value)] for key in plain if (value := getattr(known, key)))]
    rows += [[name, str(known.notes[name])] for name in ("title", "tags", "hidden") if known.notes.get(name)]
    if known.lineage:
        rows.append(["lineage", ", ".join(known.lineage)])
    if known.setup:
        rows.append(["setup", known.setup.name])
    if known.status is not Status.RUNNING and BENCH in known.notes:
        rows.append(["bench as it was left", bench_of_ended(known).text()])
    if known.protocol:
        rows.append(["protocol", known.protocol.name])
        rows += [[f"  {name}", f"{p.value} {p.units}"] for name, p in known.protocol.parameters.items()]
    rows.append(["timing", str(run.timing)])
    table("Run", ["", ""], rows)
    for name, stream in run.streams.items():
        columns = [
            [column, " x ".join(each.dims), " x ".join(map(str, each.shape)), each.units]
            for column, each in stream.columns.items()
        ]
        table(f"{name}: {stream.rows} rows", ["column", "dims", "shape", "units"], columns)


def _show_checks(run: str, checks: "list[Check]") -> None:
    rows = [["ok" if check.passed else "WRONG", check.what, check.detail] for check in checks]
    whole = "whole" if all(check.passed for check in checks) else "not whole"
    table(f"{run}: {whole}", ["", "checked", "seen"], rows)


def _show_repair(done: "RepairReport") -> None:
    cut = sum(done.rows_cut.values())
    say(f"{done.path}: {done.status}; {cut} torn rows cut, {done.files_removed} stray files removed")
    for line in done.said:
        say(f"  {line}")
