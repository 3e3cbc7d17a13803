"""`nado deploy`: send a trained network to the physical device and compare it with its twin."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from nado_lab.lab.cli import completion
from nado_lab.lab.cli.console import note, result, say, table
from nado_lab.lab.cli.options import (
    Faults,
    Json,
    MovedTwins,
    NetworkFile,
    OtherDevice,
    OtherTiming,
    TestExamples,
)
from nado_lab.lab.cli.stopping import if_begun
from nado_lab.lab.noise_seed import OF_THE_SPECIMEN, read_noise_seed

if TYPE_CHECKING:
    from nado_lab.lab.reports.deployment_report import DeploymentReport, LayerMetrics, NodeMetrics
    from nado_lab.lab.workflow.deploy import DeployEstimate

NODES_SHOWN = 20


def register(app: typer.Typer) -> None:
    """Add the command of this module to `app`."""
    app.command("deploy")(deploy)


def deploy(
    net: NetworkFile,
    setup: Annotated[
        list[str],
        typer.Option(
            "--setup",
            "-s",
            help="A built-in setup or a TOML file; one, or one (or more) a layer.",
            autocompletion=completion.setups,
        ),
    ],
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="New folder for the runs and the report.")
    ] = None,
    test_examples: TestExamples = None,
    refit_readout: Annotated[
        float | None,
        typer.Option(min=0.01, max=0.99, help="Fit the readout again on this share, score both on the rest."),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with an OUT that ended early.")] = False,
    estimate: Annotated[
        bool, typer.Option("--estimate", help="Only say how long the device would be driven.")
    ] = False,
    other_device: OtherDevice = False,
    other_timing: OtherTiming = False,
    stepwise: Annotated[
        bool,
        typer.Option("--stepwise", help="A device a node, asked step by step (recurrent: always)."),
    ] = False,
    specimen: Annotated[
        int, typer.Option("--specimen", min=0, help="The specimen of a simulated bench (of the first).")
    ] = 0,
    noise_seed: Annotated[
        str,
        typer.Option(
            help="Noise of simulated benches: a number, or `specimen`. [default: by the network's weights]"
        ),
    ] = "",
    twin: MovedTwins = None,
    fault: Faults = None,
    as_json: Json = False,
) -> None:
    """Drive the device with a network's test examples, or let it control its environment, and score it."""
    from nado_lab.lab.cli.progress import shown
    from nado_lab.lab.workflow import deploy as verb

    noise = read_noise_seed(noise_seed, lambda: None)
    sources = verb.sources_for(net, setup, specimen, noise, tuple(fault or ()))
    if noise_seed == OF_THE_SPECIMEN:
        sources = tuple(replace(source, noise_seed=None) for source in sources)
    from nado_lab.lab.cli import control  # loads torch

    if control.is_controller(net):
        control.refuse_of_deploying(
            refit_readout=refit_readout, estimate=estimate or None, stepwise=stepwise or None
        )
        asked = control.deployment(net, _required(out), sources, twin, test_examples)
        asked = replace(asked, resume=resume, other_device=other_device, other_timing=other_timing)
        control.deploy(asked, as_json=as_json)
        return
    request = verb.DeployRequest(
        network=net,
        out=out or Path(),
        setups=sources,
        twins=tuple(twin or ()),
        test_examples=test_examples,
        refit_readout=refit_readout,
        resume=resume,
        seed=specimen,
        other_device=other_device,
        other_timing=other_timing,
        stepwise=stepwise,
    )
    if estimate:
        result(verb.estimate(request), as_json, _show_estimate)
        return
    out = _required(out)
    with shown(if_begun(out, "the same command with --resume"), "deploy", out) as observer:
        report = verb.deploy(request, observer).report
    result(report, as_json, _show)
    note(f"Report: {out / 'report.json'}")


def _required(out: Path | None) -> Path:
    if out is None:
        raise typer.BadParameter("say where the runs go, or ask for --estimate", param_hint="--out")
    return out


def _show_estimate(found: DeployEstimate) -> None:
    say(f"{found.trials} trials, {found.device_s:.0f} s of drive (resets between trials apart)")


def _show(report: DeploymentReport) -> None:
    from nado_lab.network import gap_text

    gap = gap_text(report.metric, report.transfer_gap, report.gap_low, report.gap_high)
    rows = [_scores("all", report.n_test, report.twin, report.device, gap)]
    readout = report.readout
    if readout:
        scored, twin = readout.scored_on, readout.twin
        rows.append(_scores("not calibrated on", scored, twin, readout.device_trained))
        rows.append(_scores("the same, refitted", scored, twin, readout.device_refitted))
    headings = ["test examples", "", "on the twin", "on the device", "transfer gap"]
    table(f"{report.task}: {report.metric}", headings, rows)
    _show_parts("Layers (twin against device)", report.layers, ("layer", "nodes"))
    _show_parts("Nodes, worst first", report.nodes[:NODES_SHOWN], ("layer", "node"))
    for finding in report.findings:
        note(f"{finding.what}: {finding.detail}")
    for each in report.interruptions:
        note(f"interrupted at {each.time} after {each.trials} trials: {each.reason}")


def _scores(what: str, count: int, twin: float, device: float, gap: str = "") -> list[str]:
    return [what, str(count), f"{twin:.4f}", f"{device:.4f}", gap]


def _show_parts(title: str, parts: Sequence[LayerMetrics | NodeMetrics], names: tuple[str, str]) -> None:
    figures = ("mean_error", "correlation", "coverage90")
    rows = [
        [str(getattr(part, name)) for name in names] + [f"{getattr(part, name):.3f}" for name in figures]
        for part in parts
    ]
    table(title, [*names, *(figure.replace("_", " ") for figure in figures)], rows)
