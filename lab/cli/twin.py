"""`nado twin`: fit a digital twin to runs, and evaluate it on another run."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lab.cli.console import note, result, table
from lab.errors import LabError

if TYPE_CHECKING:
    from lab.store import Run
    from twin import Trials

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
Seed = Annotated[int, typer.Option(help="Decides the held-out sequences, the weights and the noise.")]
WINDOW = 48
commands = typer.Typer(help="Fit digital twins to runs and evaluate them.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the group of this module to `app`."""
    app.add_typer(commands, name="twin")


@commands.command()
def fit(
    run: Annotated[list[Path], typer.Argument(help="One or several runs.")],
    out: Annotated[Path, typer.Option(help="Twin file to write (name.twin).")],
    method: Annotated[str, typer.Option(help="score, gan (the published one) or ode.")] = "score",
    budget_s: Annotated[
        float | None, typer.Option(help="Seconds to spend, in place of numbers of steps.")
    ] = None,
    mean_steps: Annotated[int | None, typer.Option(min=0, help="Steps of the mean phase.")] = None,
    likelihood_steps: Annotated[
        int | None, typer.Option(min=0, help="Steps of the likelihood phase.")
    ] = None,
    score_steps: Annotated[int | None, typer.Option(min=0, help="Steps of the scoring phase.")] = None,
    level: Annotated[str, typer.Option(help="step (harmonics) or waveform (all samples).")] = "step",
    resume: Annotated[Path | None, typer.Option(help="Twin to go on from.")] = None,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Fit a twin to RUN..., write it to OUT and score it on the held-out sequences."""
    from twin import FitSettings, evaluate, load, save
    from twin import fit as fit_twin

    if out.exists():
        raise LabError(f"{out} exists; choose another name or remove it")
    given = {
        "budget_s": budget_s,
        "mean_steps": mean_steps,
        "likelihood_steps": likelihood_steps,
        "score_steps": score_steps,
    }
    settings = FitSettings(method=method, seed=seed, **{k: v for k, v in given.items() if v is not None})
    trials, started = read_trials(run, level=level, window=WINDOW), time.perf_counter()
    with _shown() as progress:
        twin = fit_twin(trials, settings, progress, start=load(resume) if resume else None)
    wall_s = time.perf_counter() - started
    held_out = twin.card["fit"]["held_out"]
    held = trials.split(held_out)[1] if len(trials.sequence.unique()) > 1 else trials
    scores = evaluate(twin, held, seed=seed).to_dict()
    twin.card |= {"scores": scores, "runs": [str(path.resolve()) for path in run]}
    save(twin, out)
    result({"twin": str(out), "wall_s": wall_s, "held_out": held_out, **scores}, as_json, _show)


@commands.command()
def evaluate(
    twin: Annotated[Path, typer.Argument(help="Twin file of `nado twin fit`.")],
    run: Annotated[list[Path], typer.Argument(help="One or several runs, best with repeats.")],
    level: Annotated[str, typer.Option(help="step or waveform, as the twin was fitted.")] = "step",
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Score TWIN on RUN..., beside the noise floor of the run's repeats."""
    from twin import evaluate as score
    from twin import load

    found = score(load(twin), read_trials(run, level=level), seed=seed).to_dict()
    for warning in found["warnings"]:
        note(f"warning: {warning}")
    result({"twin": str(twin), **found}, as_json, _show)


@commands.command()
def recalibrate(
    twin: Annotated[Path, typer.Argument(help="Twin of the device as it was.")],
    run: Annotated[list[Path], typer.Argument(help="Run of the device as it is.")],
    out: Annotated[Path, typer.Option(help="Twin file to write (name.twin).")],
    steps: Annotated[int | None, typer.Option(min=8, help="Use the first N steps of every trial.")] = None,
    as_json: Json = False,
) -> None:
    """Follow a drifted device: gain, offset, spread and a small map from a few dozen steps of RUN."""
    from twin import load, save
    from twin import recalibrate as recalibrate_twin

    if out.exists():
        raise LabError(f"{out} exists; choose another name or remove it")
    fresh = recalibrate_twin(load(twin), read_trials(run), steps)
    save(fresh, out)
    report = {"twin": str(out), **fresh.card["recalibrated"], "spread": float(fresh.calibration.spread)}
    result(report, as_json, _show)


def read_trials(runs: list[Path], *, level: str = "step", window: int | None = None) -> Trials:
    """Read the committed trials of runs as the twin's tensors; with `window` long ones are cut."""
    from lab.store import Run
    from twin import alike_runs, join

    if level not in LEVELS:
        raise LabError(f"level must be one of {', '.join(LEVELS)}; got {level!r}")
    parts = [LEVELS[level](Run.open(path)) for path in runs]
    if len({part.channels for part in parts}) == 1:
        for odd in sorted(set(range(len(parts))) - set(alike_runs(parts))):
            note(f"warning: {runs[odd]} has a mean readout unlike the other runs'; try a fit without it")
    return join(parts, window)


def _of_run(run: Run) -> Trials:
    from lab.store import load_trials
    from twin import Trials

    found = load_trials(run)
    return Trials(
        drive=found.drive,  # type: ignore[arg-type]  # arrays become tensors there
        readout=found.readout,  # type: ignore[arg-type]
        initial=found.initial,  # type: ignore[arg-type]
        sequence=found.sequence,  # type: ignore[arg-type]
        channels=found.channels,
        units=found.units,
        lineage=found.lineage,
    )


def _waveforms_of_run(run: Run) -> Trials:
    """Take every sample of every contact as a channel; where the start is defined, any fixed one serves."""
    from dataclasses import replace

    steps, data = _of_run(run), run.dataset()
    if "waveform" not in data:
        raise LabError(f"{run.path} holds no waveform; use --level step")
    wave = data["waveform"].transpose("trial", "step", "contact", "sample")
    names = tuple(f"contact{c}_sample{s:03d}" for c in range(wave.shape[2]) for s in range(wave.shape[3]))
    flat = wave.values.reshape(*wave.shape[:2], -1)
    start = None if steps.initial is None else flat.mean((0, 1))[None].repeat(len(flat), 0)
    units = (str(data["waveform"].attrs.get("units", "V")),) * len(names)
    return replace(steps, readout=flat, initial=start, channels=names, units=units)


LEVELS = {"step": _of_run, "waveform": _waveforms_of_run}


@contextmanager
def _shown() -> Iterator[Any]:
    """Show a fit's progress events as bars, one a phase."""
    from lab.cli.progress import stages

    with stages() as show:
        yield lambda event: show(event["phase"], event["done"], f"held-out {event['held_out']:.4f}")


def _show(report: dict[str, Any]) -> None:
    floor = report.get("floor") or {}
    rows = [
        [name, _figure(value), _figure(floor.get(name))]
        for name, value in report.items()
        if value is None or isinstance(value, float)
    ]
    table(report["twin"], ["", "twin", "floor"], rows)


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.4g}"
