"""The pages of folders that a command left: a deployment, a loop, a demo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path

from nado_lab.lab.json_file import read_json
from nado_lab.lab.reports.again import demo_again, deploy_again, loop_again
from nado_lab.lab.reports.content import Page, Picture, Section, Table, figure_of, pairs, versions_section
from nado_lab.lab.reports.demo_report import DemoReport
from nado_lab.lab.reports.deployment_report import FILE as REPORT
from nado_lab.lab.reports.deployment_report import DeploymentReport, Finding, LayerMetrics, NodeMetrics
from nado_lab.lab.reports.figures import accuracy_figure, metrics_figure
from nado_lab.lab.reports.folder_figures import gap_figure, nodes_figure
from nado_lab.lab.reports.loop_report import FILE as LOOP
from nado_lab.lab.reports.loop_report import LoopReport


def deployment_page(path: Path) -> Page:
    """Describe what `nado deploy` left: the network on the device beside its twin."""
    from nado_lab.network import gap_text

    report = DeploymentReport.read(path / REPORT)
    gap = gap_text(report.metric, report.transfer_gap, report.gap_low, report.gap_high)
    drawn = nodes_figure(report.nodes)
    pictures = (Picture(drawn, "How far the twin is from the device, node by node."),)
    about = {"network": report.network, "runs": report.runs, "twin noise and readout seed": report.seed}
    return Page(
        title=f"Deployment of {Path(report.network).name} on {', '.join(report.setups)}",
        summary=(
            f"{report.metric} {report.device:.4g} on the device, {report.twin:.4g} on the twin, "
            f"over {report.n_test} test examples: transfer gap {gap}."
        ),
        sections=(
            *_parts(report),
            Section("Nodes", pictures=pictures if report.nodes else (), table=_table(report.nodes)),
            findings_section(report.findings),
            Section("What answered", table=pairs(report.device_identities, "role", "identity")),
            Section("Lineage", table=pairs(about)),
            Section("Do it again", commands=(deploy_again(report),)),
        ),
    )


def _parts(report: DeploymentReport) -> list[Section]:
    """Describe what a deployment may hold beside its nodes: layers, a refitted readout, interruptions."""
    found = []
    if len(report.layers) > 1:
        found.append(Section("Layers", table=_table(report.layers)))
    if report.readout:
        figures = {name: figure_of(value) for name, value in vars(report.readout).items()}
        found.append(Section("Readout as trained and refitted", table=pairs(figures)))
    if report.interruptions:
        rows = [(each.time, str(each.trials), each.reason) for each in report.interruptions]
        found.append(Section("Interruptions", table=Table(("time", "trials committed", "reason"), rows)))
    return found


def _table(records: Sequence[NodeMetrics | LayerMetrics]) -> Table:
    """Lay out records of one kind, a column a field."""
    names = tuple(each.name for each in fields(records[0])) if records else ()
    rows = [tuple(figure_of(getattr(record, name)) for name in names) for record in records]
    return Table(names, rows, numbers=True)


def loop_page(path: Path) -> Page:
    """Describe what `nado loop` left: the gap, round after round."""
    from nado_lab.network import gap_text

    report, config = LoopReport.read(path / LOOP), read_json(path / "config.json")
    names = ("round", "twin", "device", "gap", "gap_error", "device_s", "drift_since_last_round")
    rows = [tuple(figure_of(getattr(each, name)) for name in names) for each in report.rounds]
    drawn = gap_figure(report.rounds, report.tolerance)
    last = report.rounds[-1]
    gap = gap_text(last.metric, last.gap, last.gap_low, last.gap_high)
    return Page(
        title=f"Loop {path.name}: {config['task']['name']} on {config['setup']}",
        summary=(
            f"Ended after {len(report.rounds)} round(s): {report.ended}. {last.metric} {last.device:.4g} "
            f"on the device, transfer gap {gap}, after {report.device_s:.0f} s of device time."
        ),
        sections=(
            Section(
                "Rounds",
                pictures=(Picture(drawn, "Transfer gap against the device time spent."),),
                table=Table(names, rows, numbers=True),
            ),
            findings_section(last.findings),
            Section("Configuration", table=pairs(_flat(config))),
            Section("Lineage", table=pairs({f"round {each.round}": each.runs for each in report.rounds})),
            Section("Do it again", commands=(loop_again(path / "config.json"),)),
        ),
    )


def demo_page(path: Path) -> Page:
    """Describe what `nado demo` left, without the pictures that need its twin."""
    report = DemoReport.read(path / REPORT)
    shown = [Picture(accuracy_figure(report.accuracy), "Accuracies, 95 % intervals over the test digits.")]
    if drawn := metrics_figure(report.twin):
        shown.append(Picture(drawn, "The twin beside the noise floor."))
    asked = [(each.asked, figure_of(each.came), "met" if each.met else "missed") for each in report.targets]
    best = report.accuracy["noise_aware"]
    return Page(
        title=f"Demo on {report.setup}, seed {report.seed}",
        summary=f"Accuracy {best.device:.3f} on the device, over {report.n_test} digits (noise-aware).",
        sections=(
            Section("Results", pictures=tuple(shown)),
            Section("What was asked, and what came", table=Table(("asked", "came", ""), asked)),
            Section("What answered", table=pairs(report.device, "role", "identity")),
            Section("Seconds", table=pairs(report.wall_s)),
            Section("Lineage", table=pairs(report.runs)),
            Section("Do it again", commands=(demo_again(report),)),
            versions_section(report.versions),
        ),
    )


def findings_section(findings: Sequence[Finding]) -> Section:
    """Tell what was found wrong, or that nothing was."""
    if not findings:
        return Section("Findings", "None of the known failure signatures was seen.")
    return Section(
        "Findings", table=Table(("what", "detail"), [(each.what, each.detail) for each in findings])
    )


def _flat(values: Mapping[str, object], before: str = "") -> dict[str, object]:
    flat: dict[str, object] = {}
    for name, value in values.items():
        flat |= _flat(value, f"{before}{name}.") if isinstance(value, dict) else {f"{before}{name}": value}
    return flat
