"""`nado loop`: the loop that improves itself."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from nado_lab.lab.cli.console import note, result, table
from nado_lab.lab.cli.options import Json
from nado_lab.lab.cli.stopping import if_begun
from nado_lab.lab.si_text import bracketed

if TYPE_CHECKING:
    from nado_lab.lab.reports.loop_report import LoopReport


def register(app: typer.Typer) -> None:
    """Add the command of this module to `app`."""
    app.command("loop")(loop)


def loop(
    config: Annotated[Path, typer.Argument(help="What to do, as TOML (docs/loop.md).")],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Folder of the loop's state. [default: CONFIG's name]")
    ] = None,
    as_json: Json = False,
) -> None:
    """Close the loop, round after round, until twin and device agree; started again, it goes on."""
    from nado_lab.lab.cli.progress import shown
    from nado_lab.lab.loop.closed_loop import run_loop
    from nado_lab.lab.loop.config import load_config

    chosen, folder = load_config(config), out or config.with_suffix("")
    with shown(if_begun(folder, f"nado loop {config} --out {folder}"), "loop", folder) as observer:
        report = run_loop(chosen, folder, observer)
    result(report, as_json, _show)
    note(f"Ended: {report.ended}. State and result: {folder}")


def _show(report: LoopReport) -> None:
    rows = [
        [
            str(row.round),
            f"{row.twin:.4f}",
            f"{row.device:.4f}",
            bracketed(row.gap, row.gap_error),
            f"{row.device_s:.0f}",
            _figure(row.drift_since_last_round),
            _figure(row.drift_while_deployed),
        ]
        for row in report.rounds
    ]
    headings = ["round", "on the twin", "on the device", "gap", "device s", "drift since", "drift within"]
    table(f"Gap per round ({report.rounds[0].metric})", headings, rows)
    if report.gap_verdict:
        note(f"The gap, tolerance {report.tolerance:g}: {report.gap_verdict}")
    for finding in report.rounds[-1].findings:
        note(f"{finding.what}: {finding.detail}")


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f}"
