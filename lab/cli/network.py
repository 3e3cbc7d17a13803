"""`nado network`: train a network through a twin, and evaluate it on the twin or on a device."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer
from nado_lab.lab.cli import completion
from nado_lab.lab.cli.choices import read_pairs
from nado_lab.lab.cli.console import note, result, say, table
from nado_lab.lab.cli.options import (
    Compute,
    Force,
    Json,
    MovedTwins,
    NetworkFile,
    NewNetwork,
    OtherDevice,
    OtherTiming,
    Seed,
    TestExamples,
)
from nado_lab.lab.cli.stopping import if_begun
from nado_lab.lab.errors import LabError

if TYPE_CHECKING:
    from collections.abc import Mapping

BenchOf = Annotated[
    int | None,
    typer.Option("--specimen", min=0, help="Specimen and noise of a simulated bench. [default: --seed]"),
]
AGAIN = "Nothing was written; give the command again."
commands = typer.Typer(help="Train networks of devices through twins; evaluate them.", no_args_is_help=True)


def register(app: typer.Typer) -> None:
    """Add the group of this module to `app`."""
    app.add_typer(commands, name="network")


@commands.command()
def tasks(as_json: Json = False) -> None:
    """List the tasks and environments that a network can be trained on (a file.npz or file.nwb is a task)."""
    from nado_lab.network import environment_names, task_names

    known = {"tasks": list(task_names()), "environments": list(environment_names())}
    result(known, as_json, lambda found: say("\n".join([*found["tasks"], *found["environments"]])))


@commands.command()
def train(
    task: Annotated[
        str,
        typer.Argument(
            help="A task or environment of `nado network tasks`, a file.npz or a file.nwb.",
            autocompletion=completion.tasks,
        ),
    ],
    twin: Annotated[list[Path], typer.Option(help="Twin file; several: one (or so many) a layer.")],
    out: NewNetwork,
    variant: Annotated[str, typer.Option(help="noise-aware, deterministic or reservoir.")] = "noise-aware",
    method: Annotated[str | None, typer.Option(help="joint (default), or cascade: layer by layer.")] = None,
    nodes: Annotated[
        int | None, typer.Option(min=1, help="Nodes in a layer. [default: 24; a controller: 8]")
    ] = None,
    layers: Annotated[int, typer.Option(min=1, help="Layers.")] = 1,
    epochs: Annotated[
        int | None,
        typer.Option(
            min=1, help="Passes over the training examples; tens of updates. [default: 12; a controller: 30]"
        ),
    ] = None,
    train_examples: Annotated[int | None, typer.Option("--train", min=1, help="Training examples.")] = None,
    test_examples: Annotated[
        int | None, typer.Option("--test", min=1, help="Test examples, or episodes.")
    ] = None,
    option: Annotated[
        list[str] | None,
        typer.Option("--parameter", "-p", help="name=value of the task or environment (horizon=20)."),
    ] = None,
    setting: Annotated[
        list[str] | None, typer.Option("--set", help="name=value of the training (batch=50, fan_in=10).")
    ] = None,
    checkpoint: Annotated[Path | None, typer.Option(help="Keep the state here; go on from it.")] = None,
    start: Annotated[Path | None, typer.Option(help="Train this controller on, not a new one.")] = None,
    baselines: Annotated[bool, typer.Option(help="Score the baselines of the task, too.")] = False,
    compute: Compute = "cpu",
    seed: Annotated[int, typer.Option(min=0, help="Decides split, weights and noise.")] = 0,
    force: Force = False,
    as_json: Json = False,
) -> None:
    """Train a network on TASK through a twin, and write it to OUT; under `torchrun`, on several processes."""
    from nado_lab.lab.cli.progress import shown
    from nado_lab.lab.workflow.train import TrainRequest
    from nado_lab.lab.workflow.train import train as train_network
    from nado_lab.network import TaskChoice, TrainSettings

    said = _said(variant=variant, method=method, epochs=epochs, seed=seed)
    from nado_lab.lab.cli import control  # loads torch

    if control.is_environment(task):
        control.refuse_of_tasks(
            train=train_examples, method=method, device=None if compute == "cpu" else compute
        )
        settings = said | {"nodes": (nodes or 8,) * layers} | read_pairs(setting)
        asked = control.request(task, read_pairs(option), tuple(twin), out, settings, episodes=test_examples)
        asked = replace(asked, checkpoint=checkpoint, baselines=baselines, start=start)
        control.train(asked, lambda: _after_training(checkpoint), as_json=as_json)
        return
    if start:
        raise LabError(
            "--start trains a controller on; a network of a task is refined (`nado network refine`)"
        )
    options = _said(train=train_examples, test=test_examples) | read_pairs(option) | _seed_of(task, seed)
    settings = TrainSettings.of(**said | {"nodes": (nodes or 24,) * layers} | read_pairs(setting))
    chosen = TaskChoice(task, options)
    request = TrainRequest(
        chosen, tuple(twin), out, settings, checkpoint, baselines=baselines, compute=compute
    )
    with shown(lambda: _after_training(checkpoint), "training", out) as observer:
        done = train_network(request, observer)
    if not done.written:
        return
    if done.without_effect:
        note(f"without effect with these settings: {', '.join(done.without_effect)}")
    others = {"baselines": done.baselines} if baselines else {}
    result({**vars(done.scores), **others, "device": None, "network": out}, as_json, _show)


@commands.command()
def evaluate(
    net: NetworkFile,
    setup: Annotated[
        list[str] | None,
        typer.Option(
            "--setup",
            "-s",
            help="A setup (sim:nanoring or a TOML file), or one a layer. [default: on its twin]",
            autocompletion=completion.setups,
        ),
    ] = None,
    twin: MovedTwins = None,
    test_examples: TestExamples = None,
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="Keep the runs of the device here (new folder).")
    ] = None,
    other_device: OtherDevice = False,
    other_timing: OtherTiming = False,
    specimen: BenchOf = None,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Score a network on its test examples or episodes: on its twin, or on a device and its twin."""
    from nado_lab.lab.cli.progress import shown
    from nado_lab.lab.workflow.deploy import sources_for
    from nado_lab.lab.workflow.evaluate_network import EvaluateNetworkRequest, evaluate_network

    started = time.perf_counter()
    bench = seed if specimen is None else specimen
    setups = sources_for(net, setup, bench) if setup and setup != ["twin"] else ()
    from nado_lab.lab.cli import control  # loads torch

    if control.is_controller(net):
        asked = control.evaluation(net, setups, twin, test_examples, out, seed)
        asked = replace(asked, other_device=other_device, other_timing=other_timing)
        control.evaluate(asked, as_json=as_json)
        return
    request = EvaluateNetworkRequest(
        net, setups, tuple(twin or ()), test_examples, out, seed, other_device, other_timing
    )
    with shown(lambda: AGAIN, "evaluation", net) as observer:
        done = evaluate_network(request, observer)
    found = vars(done.scores) | {"device": done.deployment.device if done.deployment else None}
    result(found | {"wall_s": time.perf_counter() - started}, as_json, _show)


@commands.command()
def refine(
    net: NetworkFile,
    setup: Annotated[
        str,
        typer.Option(
            "--setup",
            "-s",
            help="The setup that answers (sim:nanoring or a TOML file).",
            autocompletion=completion.setups,
        ),
    ],
    out: NewNetwork,
    runs: Annotated[Path | None, typer.Option(help="Folder of what is measured. [default: OUT.runs]")] = None,
    epochs: Annotated[int, typer.Option(min=1, help="Passes over the examples.")] = 1,
    examples: Annotated[int, typer.Option(min=1, help="Training examples that are measured.")] = 200,
    learning_rate: Annotated[float, typer.Option(help="Largest step of the optimiser.")] = 0.003,
    twin: MovedTwins = None,
    test_examples: TestExamples = None,
    other_device: OtherDevice = False,
    other_timing: OtherTiming = False,
    specimen: BenchOf = None,
    seed: Seed = 0,
    as_json: Json = False,
) -> None:
    """Train a network further with the device in the loop: forward on it, backward through the twin."""
    from nado_lab.lab.cli.progress import shown
    from nado_lab.lab.workflow.deploy import sources_for
    from nado_lab.lab.workflow.refine import RefineRequest
    from nado_lab.lab.workflow.refine import refine as refine_network

    started = time.perf_counter()
    request = RefineRequest(
        net,
        sources_for(net, [setup], seed if specimen is None else specimen),
        out,
        runs or out.with_name(f"{out.name}.runs"),
        tuple(twin or ()),
        examples,
        epochs,
        learning_rate,
        test_examples,
        seed,
        other_device,
        other_timing,
    )
    with shown(
        if_begun(request.runs, "another --runs; what was measured stays there"), "refining", out
    ) as observer:
        done = refine_network(request, observer)
    found = vars(done.scores) | {"device_before": done.before.device, "device": done.after.device}
    found |= {"wall_s": time.perf_counter() - started, "network": str(out), "runs": str(request.runs)}
    result(found, as_json, _show)


@commands.command()
def film(
    net: NetworkFile,
    run: Annotated[Path, typer.Argument(help="layer0.zarr of what `nado deploy` wrote.")],
    out: Annotated[Path, typer.Option("--out", "-o", help="Picture to write (film.png).")],
    episode: Annotated[int, typer.Option(min=0, help="Which of its episodes.")] = 0,
) -> None:
    """Draw an episode that a controller played on a bench: the plant, its actions, what the devices read."""
    from nado_lab.lab.cli import control  # loads torch

    control.film(net, run, out, episode)


def _after_training(checkpoint: Path | None) -> str:
    """Say what is left of a training that was stopped."""
    if checkpoint and checkpoint.exists():
        return f"Go on with: the same command; {checkpoint} keeps the epochs that are done."
    return f"{AGAIN} With --checkpoint FILE the epochs that are done would be kept."


def _said(**given: Any) -> dict[str, Any]:
    """Keep what was said."""
    return {name: value for name, value in given.items() if value is not None}


def _seed_of(task: str, seed: int) -> dict[str, int]:
    return {} if task.endswith(".nwb") else {"seed": seed}


def _show(report: Mapping[str, object]) -> None:
    others = report.get("baselines")
    shown = [[name, _plain(value)] for name, value in report.items() if name != "baselines"]
    table("Network", ["", ""], shown)
    if isinstance(others, list) and others:
        table("Baselines", list(others[0]), [[_plain(value) for value in row.values()] for row in others])


def _plain(value: object) -> str:
    if value is None:
        return "–"
    return f"{value:.4g}" if isinstance(value, float) else str(value)
