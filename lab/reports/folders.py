"""The pages of folders that a command left: a deployment, a loop."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path

from nado_lab.lab.json_file import read_json
from nado_lab.lab.noise_seed import write_noise_seed
from nado_lab.lab.reports.again import deploy_again, loop_again
from nado_lab.lab.reports.content import Page, Picture, Section, Table, figure_of, pairs, versions_section
from nado_lab.lab.reports.deployment_report import FILE as REPORT
from nado_lab.lab.reports.deployment_report import DeploymentReport, Finding, LayerMetrics, NodeMetrics
from nado_lab.lab.reports.folder_figures import gap_figure, nodes_figure
from nado_lab.lab.reports.loop_report import FILE as LOOP
from nado_lab.lab.reports.loop_report import LoopReport
from nado_lab.lab.reports.provenance import Provenance, provenance_of, provenance_section
from nado_lab.lab.si_text import bracketed


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
            Section("Scores", table=_deployed_scores(report, gap)),
            *_parts(report),
            Section("Nodes", pictures=pictures if report.nodes else (), table=_table(report.nodes)),
            findings_section(report.findings),
            provenance_section(_deployed_from(path, report)),
            Section("What answered", table=pairs(report.device_identities, "role", "identity")),
            Section("Lineage", table=pairs(about)),
            Section("Do it again", commands=(deploy_again(report),)),
            versions_section(_versions([path / run for run in report.runs])),
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


def _deployed_scores(report: DeploymentReport, gap: str) -> Table:
    """Give both scores, an accuracy with its 95 % interval over the test examples (Wilson), and the gap."""
    from nado_lab.network import Metric, wilson_interval

    rows = []
    for where, score in (("twin", report.twin), ("device", report.device)):
        interval = ""
        if report.metric == Metric.ACCURACY and report.n_test:
            low, high = wilson_interval(score, report.n_test)
            interval = f"{low:.3f} to {high:.3f}"
        rows.append((f"{report.metric} on the {where}", figure_of(score), interval))
    rows.append(("transfer gap (with its 95 % interval)", gap, ""))
    return Table(("", "score", "95 % interval"), rows)


def _deployed_from(path: Path, report: DeploymentReport) -> Provenance:
    seeds = {
        "specimen": list(report.specimens),
        "noise": [write_noise_seed(seed) for seed in report.noise_seeds],
        "twins' noise": report.seed,
    }
    return provenance_of([path / run for run in report.runs], seeds)


def _looped_from(path: Path, report: LoopReport, config: Mapping[str, object]) -> Provenance:
    seeds = {name: value for name, value in _flat(config).items() if "seed" in name}
    return provenance_of(_loop_runs(path, report), seeds)


def _loop_runs(path: Path, report: LoopReport) -> list[Path]:
    return [path / run for each in report.rounds for run in each.runs]


def _versions(runs: Sequence[Path]) -> dict[str, str]:
    """Take the versions that the first run which is still there was measured with."""
    return dict(provenance_of(runs).versions)


def _table(records: Sequence[NodeMetrics | LayerMetrics]) -> Table:
    """Lay out records of one kind, a column a field."""
    names = tuple(each.name for each in fields(records[0])) if records else ()
    rows = [tuple(figure_of(getattr(record, name)) for name in names) for record in records]
    return Table(names, rows, numbers=True)


def loop_page(path: Path) -> Page:
    """Describe what `nado loop` left: the gap, round after round."""
    from nado_lab.network import gap_text

    report, config = LoopReport.read(path / LOOP), read_json(path / "config.json")
    names = ("round", "twin", "device", "gap", "device seconds", "drift since the last round")
    rows = [
        (
            str(each.round),
            figure_of(each.twin),
            figure_of(each.device),
            bracketed(each.gap, each.gap_error),
            figure_of(each.device_s),
            figure_of(each.drift_since_last_round),
        )
        for each in report.rounds
    ]
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
            provenance_section(_looped_from(path, report, config)),
            Section("Configuration", table=pairs(_flat(config))),
            Section("Lineage", table=pairs({f"round {each.round}": each.runs for each in report.rounds})),
            Section("Do it again", commands=(loop_again(path / "config.json"),)),
            versions_section(_versions(_loop_runs(path, report))),
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
