"""The page of a demo, as `nado demo` and `nado report` write it."""

from __future__ import annotations

from pathlib import Path

from nado_lab.lab.errors import LabError
from nado_lab.lab.reports.again import demo_again
from nado_lab.lab.reports.content import Page, Picture, Section, Table, figure_of, pairs, versions_section
from nado_lab.lab.reports.demo_report import DemoReport
from nado_lab.lab.reports.deployment_report import FILE
from nado_lab.lab.reports.figures import accuracy_figure, metrics_figure
from nado_lab.lab.reports.page import render_page, save_pictures
from nado_lab.lab.reports.provenance import provenance_of, provenance_section
from nado_lab.lab.reports.twin import against_run
from nado_lab.lab.text_file import write_text

MEASURED = "repeats"
"""The run of a demo that its twin has not seen."""


def write_demo_report(report: DemoReport, out: Path) -> None:
    """Write `report.json`, `report.html` and the pictures' PNG files into the folder `out`."""
    report.write(out / FILE)
    page = demo_page(out)
    write_text(out / "report.html", render_page(page))
    save_pictures(page, out / "pictures")


def demo_page(path: Path) -> Page:
    """Describe what `nado demo` left in a folder."""
    report = DemoReport.read(path / FILE)
    scores = [
        Picture(accuracy_figure(report.accuracy), "Accuracies, with 95 % intervals (Wilson) over the digits.")
    ]
    if drawn := metrics_figure(report.twin):
        scores.append(
            Picture(drawn, "Errors of the twin beside the floor: one half of the repeats on the other.")
        )
    asked = [(each.asked, figure_of(each.came), "met" if each.met else "missed") for each in report.targets]
    runs = [path / run for run in report.runs.values()]
    return Page(
        title=f"The loop, closed once: {report.setup}, seed {report.seed}",
        summary=_summary(report),
        sections=(
            *_twin_beside_run(path, report),
            Section("Scores", pictures=tuple(scores), table=_accuracies(report)),
            Section("What was asked, and what came", table=Table(("asked", "came", ""), asked)),
            provenance_section(provenance_of(runs, {"demo": report.seed}, report.versions)),
            Section("What answered", table=pairs(report.device, "role", "identity")),
            Section("Seconds", table=pairs(report.wall_s)),
            Section("Lineage", table=pairs(report.runs)),
            Section("Do it again", commands=(demo_again(report),)),
            versions_section(report.versions),
        ),
    )


def _summary(report: DemoReport) -> str:
    best, random = report.accuracy["noise_aware"], report.accuracy["reservoir"]
    gap = 100 * report.transfer_gap["noise_aware"]
    return (
        f"The noise-aware network reads {100 * best.device:.1f} % of {report.n_test} digits on the device "
        f"and {100 * best.twin:.1f} % on the twin that it was trained through: a transfer gap of {gap:+.1f} "
        "points. "
        f"The same nodes with random weights read {100 * random.device:.1f} %."
    )


def _accuracies(report: DemoReport) -> Table:
    rows = [
        (
            name.replace("_", "-"),
            f"{each.twin:.3f} ({each.twin_interval[0]:.3f} to {each.twin_interval[1]:.3f})",
            f"{each.device:.3f} ({each.device_interval[0]:.3f} to {each.device_interval[1]:.3f})",
        )
        for name, each in report.accuracy.items()
    ]
    return Table(("trained", "accuracy on the twin (95 %)", "accuracy on the device (95 %)"), rows)


def _twin_beside_run(path: Path, report: DemoReport) -> tuple[Section, ...]:
    """Draw the (first) twin over a sequence that it has not seen."""
    from nado_lab.twin import TwinError, load

    files = [path / "device.twin", *sorted((path / "twins").glob("*.twin"))]
    found = [file for file in files if file.exists()]
    if not found:
        return ()
    try:
        return against_run(load(found[0]), (path / report.runs[MEASURED],))
    except (TwinError, LabError, KeyError) as error:
        return (Section("Beside its run", f"The twin could not be read, so nothing is drawn: {error}"),)
