"""`nado twin`: fit a digital twin to runs, evaluate it on others, follow a device that drifts."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from nado_lab.lab.cli import completion
from nado_lab.lab.cli.choices import read_pairs
from nado_lab.lab.cli.console import note, result, table
from nado_lab.lab.cli.options import Compute, Force, Json, NewTwin, OtherTiming, Runs, TwinFile
from nado_lab.lab.cli.stopping import if_begun
from nado_lab.lab.cli.twin_list import list_twins
from nado_lab.lab.workflow.choices import Level, Part

if TYPE_CHECKING:
    from nado_lab.lab.workflow.fit import FitResult

Seed = Annotated[
    int, typer.Option("--seed", min=0, help="Decides the held-out sequences, the weights and the noise.")
]
ChosenLevel = Annotated[Level, typer.Option("--level", help="step (harmonics) or waveform (all samples).")]
Memory = Annotated[
    float, typer.Option(min=0.05, help="GiB to take at most; of larger runs a part is in memory at a time.")
]
Sequences = Annotated[
    int | None, typer.Option(min=1, help="Score on so many sequences, drawn at random. [default: all]")
]
ScoredOn = Annotated[list[Path] | None, typer.Option(help="Runs kept to score the twin; may be given again.")]
Steps = Annotated[int | None, typer.Option(min=0, help="Steps of this phase.")]
AGAIN = "Nothing was written; give the command again."
commands = typer.Typer(help="Fit digital twins to runs and evaluate them.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the group of this module to `app`."""
    commands.command("list")(list_twins)
    app.add_typer(commands, name="twin")


@commands.command()
def fit(
    run: Runs,
    out: NewTwin,
    method: Annotated[
        str | None,
        typer.Option(
            help="score, gan (the published one) or ode. [default: score]",
            autocompletion=completion.of("score", "gan", "ode"),
        ),
    ] = None,
    budget_s: Annotated[
        float | None, typer.Option(min=0, help="Seconds to spend, in place of numbers of steps.")
    ] = None,
    mean_steps: Steps = None,
    likelihood_steps: Steps = None,
    score_steps: Steps = None,
    adversarial_steps: Steps = None,
    level: ChosenLevel = Level.STEP,
    scored_share: Annotated[
        float, typer.Option(help="Share of the sequences set aside to score the twin; 0: fit on all.")
    ] = 0.1,
    scored_on: ScoredOn = None,
    start: Annotated[Path | None, typer.Option(help="Begin with the weights of this twin.")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the fit that was stopped.")] = False,
    tensorboard: Annotated[
        Path | None, typer.Option(help="Write TensorBoard logs into a folder of this one.")
    ] = None,
    memory_gb: Memory = 8.0,
    keep_all: Annotated[
        bool,
        typer.Option("--keep-all", help="Fit runs unlike the others, or not following their drive, too."),
    ] = False,
    device_name: Annotated[str, typer.Option(help="Of devices measured side by side: fit this one.")] = "",
    each_device: Annotated[
        bool, typer.Option("--each-device", help="Fit a twin of each device, into OUT/NAME.twin.")
    ] = False,
    setting: Annotated[
        list[str] | None,
        typer.Option("--set", help='name=value of the fit (batch=96, model={"hidden": 8}).'),
    ] = None,
    compute: Compute = "cpu",
    seed: Annotated[
        int | None, typer.Option(min=0, help="Decides parts, weights and noise. [default: 0]")
    ] = None,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Fit a twin to RUN..., score it on sequences it has never seen, and write it to OUT.

    While it is under way the fit is kept in OUT.fitting: Ctrl-C stops it, --resume goes on.
    """
    from contextlib import ExitStack

    from nado_lab.lab.cli.progress import shown
    from nado_lab.lab.runs.observer import Observer, Together
    from nado_lab.lab.workflow.fit import FitRequest, fit_each
    from nado_lab.lab.workflow.fit import fit as fit_twin
    from nado_lab.lab.workflow.tensorboard import tensorboard_log
    from nado_lab.twin import FitSettings

    stated = {
        "method": method,
        "budget_s": budget_s,
        "mean_steps": mean_steps,
        "likelihood_steps": likelihood_steps,
        "score_steps": score_steps,
        "adversarial_steps": adversarial_steps,
        "seed": seed,
    }
    given = {name: value for name, value in stated.items() if value is not None} | read_pairs(setting)
    request = FitRequest(
        runs=tuple(run),
        out=out,
        settings=FitSettings.from_json(given),
        stated=tuple(given),
        level=level,
        scored_share=scored_share,
        scored_on=tuple(scored_on or ()),
        start=start,
        resume=resume,
        memory_gb=memory_gb,
        keep_all=keep_all,
        device=device_name,
        compute=compute,
    )
    with ExitStack() as stack:
        go_on = if_begun(request.unfinished, "the same command with --resume")
        observer: Observer = stack.enter_context(shown(go_on, "fit", out))
        if tensorboard:
            observer = Together(observer, stack.enter_context(tensorboard_log(tensorboard / out.name)))
        if each_device:
            fitted = fit_each(request, observer)
            result({name: each.metrics.to_json() for name, each in fitted.items()}, as_json, _show_each)
            return
        done = fit_twin(request, observer)
    _tell(done, keep_all=keep_all, as_json=as_json)


def _tell(done: FitResult, *, keep_all: bool, as_json: bool) -> None:
    """Warn of what a fit left out, and show its scores."""
    from nado_lab.twin import ScoredOn

    what = "it is used all the same" if keep_all else "it is left out (--keep-all fits it too)"
    for path in done.unlike:
        note(f"warning: {path} has a mean readout unlike the other runs': {what}")
    for path in done.undriven:
        note(f"warning: the readout of {path} does not follow its drive: {what}")
    card = done.twin.card
    for finding in card.data:
        note(f"warning: {finding}")
    if card.scored_on == ScoredOn.STOPPING:
        note("warning: no part is left to score on; these scores are of the part that stopped the fit")
    told = card.to_json()
    found = {
        "twin": str(done.path),
        "wall_s": done.wall_s,
        "scored_on": card.scored_on,
        "split": told["split"],
    }
    found["data"] = told.get("data", [])
    result(found | {"held_out": told["fit"]["held_out"]} | done.metrics.to_json(), as_json, _show)


@commands.command()
def evaluate(
    twin: TwinFile,
    run: Runs,
    part: Annotated[
        Part, typer.Option(help="test, train or all trials; auto: those that the fit has not seen.")
    ] = Part.AUTO,
    level: ChosenLevel = Level.STEP,
    sequences: Sequences = None,
    memory_gb: Memory = 8.0,
    figures: Annotated[Path | None, typer.Option(help="Draw figures (PNG and PDF) into this folder.")] = None,
    compute: Compute = "cpu",
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Score TWIN on RUN..., beside the noise floor of the run's repeats."""
    from nado_lab.lab.cli.progress import shown
    from nado_lab.lab.new_output import require_folder
    from nado_lab.lab.workflow.evaluate import EvaluateRequest
    from nado_lab.lab.workflow.evaluate import evaluate as evaluate_twin

    if figures:
        require_folder(figures, "--figures")
    request = EvaluateRequest(twin, tuple(run), part, level, sequences, memory_gb, seed, compute)
    with shown(lambda: AGAIN, "evaluation", twin) as observer:
        done = evaluate_twin(request, observer)
    found = done.to_json()
    for warning in done.metrics.warnings:
        note(f"warning: {warning}")
    drawn: list[str] = []
    if figures:
        from nado_lab.lab.reports.evaluation import draw_evaluation

        drawn = [str(path) for path in draw_evaluation(done.twin, done.trials, done.metrics, figures, seed)]
    pictures = {"figures": drawn} if figures else {}
    result({"twin": str(twin), **found, **pictures}, as_json, _show)


@commands.command()
def recalibrate(
    twin: TwinFile,
    run: Runs,
    out: NewTwin,
    steps: Annotated[int | None, typer.Option(min=8, help="Use the first N steps of every trial.")] = None,
    fit_steps: Annotated[int, typer.Option(min=0, help="Move all weights, over so many steps.")] = 0,
    scored_on: ScoredOn = None,
    other_timing: OtherTiming = False,
    compute: Compute = "cpu",
    seed: Seed = 0,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Follow a drifted device: gain, offset, spread and a small map from a few dozen steps of RUN."""
    from nado_lab.lab.cli.progress import shown
    from nado_lab.lab.workflow.recalibrate import RecalibrateRequest
    from nado_lab.lab.workflow.recalibrate import recalibrate as recalibrate_twin

    request = RecalibrateRequest(
        twin, tuple(run), out, steps, fit_steps, tuple(scored_on or ()), seed, compute, other_timing
    )
    with shown(lambda: AGAIN, "recalibration", out) as observer:
        done = recalibrate_twin(request, observer).twin
    told = done.card.to_json()
    found = told["adapted" if fit_steps else "recalibrated"] | told.get("metrics", {})
    report = {"twin": str(out), **found, "spread": float(done.calibration.spread)}
    result(report, as_json, _show)


def _show(report: Mapping[str, object]) -> None:
    floor = report.get("floor")
    least = floor if isinstance(floor, dict) else {}
    rows = [
        [name, _figure(value), _figure(least.get(name))]
        for name, value in report.items()
        if value is None or isinstance(value, float)
    ]
    told = f", scored on: {report['scored_on']}" if "scored_on" in report else ""
    table(f"{report['twin']}{told}", ["", "twin", "floor"], rows)


def _show_each(reports: Mapping[str, Mapping[str, object]]) -> None:
    for name, report in reports.items():
        _show({"twin": name, **report})


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.4g}"
