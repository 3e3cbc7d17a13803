"""The pages of folders that a command left: a deployment, a loop, a demo."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

from nado_lab.lab.json_file import read_json
from nado_lab.lab.reports.again import loop_again
from nado_lab.lab.reports.content import Page, Picture, Section, Table, figure_of, pairs, versions_section
from nado_lab.lab.reports.figures import accuracy_figure, scores_figure
from nado_lab.lab.reports.folder_figures import gap_figure, nodes_figure


def deployment_page(path: Path) -> Page:
    """Describe what `nado deploy` left: the network on the device beside its twin."""
    report = read_json(path / "report.json")
    nodes = report["nodes"]
    names = tuple(nodes[0]) if nodes else ()
    rows = [tuple(figure_of(node[name]) for name in names) for node in nodes]
    pictures = (
        (Picture(nodes_figure(nodes), "How far the twin is from the device, node by node."),) if nodes else ()
    )
    setups = [part for name in report.get("setups", [report["setup"]]) for part in ("--setup", name)]
    command = [
        "nado",
        "deploy",
        report["network"],
        *setups,
        "--test",
        str(report["n_test"]),
    ]
    return Page(
        title=f"Deployment of {Path(report['network']).name} on {report['setup']}",
        summary=(
            f"{report['metric']} {report['device']:.4g} on the device, {report['twin']:.4g} on the twin, "
            f"over {report['n_test']} test examples: a transfer gap of {report['transfer_gap']:+.4g}."
        ),
        sections=(
            *_parts(report),
            Section("Nodes", pictures=pictures, table=Table(names, rows, numbers=True)),
            findings_section(report["findings"]),
            Section("What answered", table=pairs(report["device_identities"], "role", "identity")),
            Section("Lineage", table=pairs({"network": report["network"], "runs": report["runs"]})),
            Section("Do it again", commands=(shlex.join([*command, "--out", "again"]),)),
            versions_section(report.get("versions", {})),
        ),
    )


def _parts(report: dict[str, Any]) -> list[Section]:
    """Describe what a deployment may hold beside its nodes: layers, a refitted readout, interruptions."""
    layers, stopped = report.get("layers", []), report.get("interruptions", [])
    found = []
    if len(layers) > 1:
        rows = [tuple(figure_of(value) for value in layer.values()) for layer in layers]
        found.append(Section("Layers", table=Table(tuple(layers[0]), rows, numbers=True)))
    if "readout" in report:
        figures = {name: figure_of(value) for name, value in report["readout"].items()}
        found.append(Section("Readout as trained and refitted", table=pairs(figures)))
    if stopped:
        rows = [(each["time"], str(each["trials"]), each["reason"]) for each in stopped]
        found.append(Section("Interruptions", table=Table(("time", "trials committed", "reason"), rows)))
    return found


def loop_page(path: Path) -> Page:
    """Describe what `nado loop` left: the gap, round after round."""
    report, config = read_json(path / "loop.json"), read_json(path / "config.json")
    rounds = report["rounds"]
    names = ("round", "twin", "device", "gap", "gap_error", "device_s", "drift_since_last_round")
    rows = [tuple(figure_of(each.get(name)) for name in names) for each in rounds]
    drawn = Picture(gap_figure(rounds, report["tolerance"]), "Transfer gap against the device time spent.")
    last = rounds[-1]
    return Page(
        title=f"Loop {path.name}: {config['task']['name']} on {config['setup']}",
        summary=(
            f"Ended after {len(rounds)} round(s): {report['ended']}. {last['metric']} {last['device']:.4g} "
            f"on the device, gap {last['gap']:+.4g} ± {last['gap_error']:.2g}, "
            f"after {report['device_s']:.0f} s of device time."
        ),
        sections=(
            Section("Rounds", pictures=(drawn,), table=Table(names, rows, numbers=True)),
            findings_section(last["findings"]),
            Section("Configuration", table=pairs(_flat(config))),
            Section("Lineage", table=pairs({f"round {each['round']}": each["runs"] for each in rounds})),
            Section("Do it again", commands=(loop_again(path / "config.json"),)),
            versions_section(report.get("versions", {})),
        ),
    )


def demo_page(path: Path) -> Page:
    """Describe what `nado demo` left, without the pictures that need its twin."""
    report = read_json(path / "report.json")
    shown = (
        Picture(accuracy_figure(report["accuracy"]), "Accuracies, with 95 % intervals over the test digits."),
        Picture(scores_figure(report["twin"], report["twin"]["floor"]), "The twin beside the noise floor."),
    )
    asked = [
        (each["asked"], figure_of(each["came"]), "met" if each["met"] else "missed")
        for each in report["targets"]
    ]
    best = report["accuracy"]["noise_aware"]
    return Page(
        title=f"Demo on {report['setup']}, seed {report['seed']}",
        summary=f"Accuracy {best['device']:.3f} on the device, over {report['n_test']} digits (noise-aware).",
        sections=(
            Section("Results", pictures=shown),
            Section("What was asked, and what came", table=Table(("asked", "came", ""), asked)),
            Section("What answered", table=pairs(report["device"], "role", "identity")),
            Section("Seconds", table=pairs(report["wall_s"])),
            Section("Lineage", table=pairs(report["runs"])),
            Section("Do it again", commands=(f"nado demo --seed {report['seed']} --out again",)),
            versions_section(report.get("versions", {})),
        ),
    )


def findings_section(findings: list[dict[str, Any]]) -> Section:
    """Tell what was found wrong, or that nothing was."""
    if not findings:
        return Section("Findings", "None of the known failure signatures was seen.")
    rows = [tuple(figure_of(value) for value in each.values()) for each in findings]
    return Section("Findings", table=Table(tuple(findings[0]), rows))


def _flat(values: dict[str, Any], before: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for name, value in values.items():
        flat |= _flat(value, f"{before}{name}.") if isinstance(value, dict) else {f"{before}{name}": value}
    return flat
