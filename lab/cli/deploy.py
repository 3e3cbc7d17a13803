"""`nado deploy`: send a trained network to the physical device and compare it with its twin."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from lab.cli.console import note, result, table

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]


def register(app: typer.Typer) -> None:
    """Add the command of this module to `app`."""
    app.command("deploy")(deploy)


def deploy(
    net: Annotated[Path, typer.Argument(help="Network file of `nado network train`.")],
    setup: Annotated[str, typer.Option("--setup", "-s", help="A built-in setup or a TOML file.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="New folder for the runs and the report.")],
    test_examples: Annotated[int | None, typer.Option("--test", min=1, help="First N test examples.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with an OUT that ended early.")] = False,
    seed: Annotated[int, typer.Option(help="The specimen and noise of a simulated bench.")] = 0,
    as_json: Json = False,
) -> None:
    """Drive the device with every node's sequences of the network's test examples, and score the answers."""
    from lab.cli.progress import stages
    from lab.loop.deployment import DeployOptions, deploy_network

    options = DeployOptions(setup=setup, test_examples=test_examples, resume=resume, seed=seed)
    with stages() as show:
        report = deploy_network(net, out, options, show)
    result(report, as_json, _show)
    note(f"Report: {out / 'report.json'}")


def _show(report: dict[str, Any]) -> None:
    rows = [
        [
            report["metric"],
            f"{report['twin']:.4f}",
            f"{report['device']:.4f}",
            f"{report['transfer_gap']:+.4f}",
        ]
    ]
    table(f"{report['n_test']} test examples", ["metric", "on the twin", "on the device", "gap"], rows)
    rows = [
        [str(node["layer"]), str(node["node"]), f"{node['mean_error']:.3f}", f"{node['correlation']:.4f}"]
        for node in report["nodes"][:20]
    ]
    table("Nodes, worst first (twin against device)", ["layer", "node", "mean error", "correlation"], rows)
    for finding in report["findings"]:
        note(f"{finding['what']}: {finding['detail']}")
