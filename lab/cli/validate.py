"""`nado validate`: is a twin still true to its device?"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer
from nado_lab.lab.cli.console import note, result, table
from nado_lab.lab.cli.options import Json, OtherDevice, OtherTiming, SetupName, Specimen, TwinFile
from nado_lab.lab.errors import LabError
from nado_lab.lab.json_file import JsonObject

if TYPE_CHECKING:
    from nado_lab.lab.workflow.tolerances import Check
    from nado_lab.lab.workflow.validate import ValidationReport


NOTHING_KEPT = "Nothing was kept; give the command again (with --out, what was measured would stay)."
KEPT = "What was measured stays in --out; give the command again with another one."


def register(app: typer.Typer) -> None:
    """Add the command of this module to `app`."""
    app.command("validate")(validate)


def validate(
    twin: TwinFile,
    setup: SetupName = "",
    out: Annotated[Path | None, typer.Option("--out", "-o", help="Keep the runs in this new folder.")] = None,
    tolerances: Annotated[Path | None, typer.Option(help="TOML file of tolerances.")] = None,
    net: Annotated[Path | None, typer.Option(help="Also try the drives of this network.")] = None,
    sequences: Annotated[int, typer.Option(min=1, help="Fresh sequences of each kind.")] = 6,
    repeats: Annotated[int, typer.Option(min=4, help="Repeats of each: they make the floor.")] = 20,
    steps: Annotated[int, typer.Option(min=2, help="Steps of a random sequence.")] = 28,
    drive_seed: Annotated[
        int | None, typer.Option(min=0, help="Repeat these drives. [default: new ones]")
    ] = None,
    on_policy: Annotated[
        list[Path] | None,
        typer.Option("--on-policy", help="Measure nothing: hold it against this run of episodes."),
    ] = None,
    other_device: OtherDevice = False,
    other_timing: OtherTiming = False,
    specimen: Specimen = 0,
    history: Annotated[bool, typer.Option("--history", help="Only show the trend so far.")] = False,
    as_json: Json = False,
) -> None:
    """Measure fresh drives with repeats and hold TWIN against them; exit status 1 if it fails."""
    if history:
        _show_history(twin, as_json)
        return
    if on_policy:
        if setup or net or out:
            raise LabError("--on-policy measures nothing: leave --setup, --net and --out away")
        request = OnPolicy(twin, on_policy, tolerances, other_device, other_timing)
        _tell(_held_against(request), as_json)
        return
    if not setup:
        raise LabError(
            "say where to measure: --setup sim:nanoring, or a TOML file (or ask for --history or --on-policy)"
        )
    from nado_lab.lab.cli.progress import shown
    from nado_lab.lab.setup import SetupSource
    from nado_lab.lab.workflow.tolerances import load_tolerances
    from nado_lab.lab.workflow.validate import ValidateRequest
    from nado_lab.lab.workflow.validate import validate as validate_twin

    request = ValidateRequest(
        twin,
        SetupSource(setup, specimen),
        out=out,
        tolerances=load_tolerances(tolerances),
        network=net,
        sequences=sequences,
        repeats=repeats,
        steps=steps,
        seed=drive_seed,
        other_device=other_device,
        other_timing=other_timing,
    )
    with shown(lambda: KEPT if out else NOTHING_KEPT, "validation", out or twin) as observer:
        report = validate_twin(request, observer)
    _tell(report, as_json)


class OnPolicy(NamedTuple):
    """What was asked of stored episodes."""

    twin: Path
    runs: list[Path]
    tolerances: Path | None
    other_device: bool
    other_timing: bool


def _held_against(asked: OnPolicy) -> ValidationReport:
    """Hold a twin against stored episodes."""
    from nado_lab.lab.cli.progress import shown
    from nado_lab.lab.workflow.on_policy import OnPolicyRequest, validate_on_policy
    from nado_lab.lab.workflow.tolerances import load_tolerances

    request = OnPolicyRequest(
        asked.twin,
        tuple(asked.runs),
        load_tolerances(asked.tolerances),
        other_device=asked.other_device,
        other_timing=asked.other_timing,
    )
    with shown(lambda: NOTHING_KEPT, "validation", asked.twin) as observer:
        return validate_on_policy(request, observer)


def _tell(report: ValidationReport, as_json: bool) -> None:
    """Show a report; exit status 1 if it fails."""
    for metrics in report.scores.values():
        for warning in metrics.warnings:
            note(f"warning: {warning}")
    result(report, as_json, _show)
    if report.failed:
        raise typer.Exit(1)


def _show(report: ValidationReport) -> None:
    rows = [
        [_word(each), each.drives, each.what, f"{each.came:.3g}", _interval(each), each.limit]
        for each in report.checks
    ]
    headings = ["", "drives", "what", "came", "95 %", "limit"]
    table(f"{report.twin} {report.verdict} on {report.setup}", headings, rows)
    for each in report.checks:
        if each.is_open:
            note(f"{each.drives} {each.what}: {each.verdict}")


def _word(check: Check) -> str:
    if check.is_open:
        return "not resolved"
    return "ok" if check.passed else "FAILED"


def _interval(check: Check) -> str:
    ends = (check.low, check.high)
    return " to ".join("–" if end is None else f"{end:.3g}" for end in ends)


def _show_history(twin: Path, as_json: bool) -> None:
    from nado_lab.lab.validation_history import history, trend_file

    entries = history(twin)
    if not entries and not as_json:
        raise LabError(f"there is no {trend_file(twin)} yet; validate the twin with --setup")
    result({"twin": twin, "history": entries}, as_json, lambda _: _show_entries(twin, entries))


def _show_entries(twin: Path, entries: list[JsonObject]) -> None:
    figures = list(dict.fromkeys(key for entry in entries for key in entry if "." in key))
    rows = [
        [entry["time"], _trend_word(entry), entry["setup"]]
        + [f"{entry[key]:.3g}" if key in entry else "–" for key in figures]
        for entry in entries
    ]
    table(f"Trend of {twin}", ["time", "", "setup", *figures], rows)


def _trend_word(entry: JsonObject) -> str:
    """Say how a validation ended; older ones knew no intervals."""
    return str(entry.get("verdict") or ("passes" if entry["passed"] else "FAILS"))
