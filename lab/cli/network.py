"""`nado network`: train a network through a twin, and evaluate it on the twin or on a device."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from lab.cli.console import result, table
from lab.errors import LabError

if TYPE_CHECKING:
    from network import DeviceNetwork, SavedNetwork, Task
    from twin import Twin

Json = Annotated[bool, typer.Option("--json", help="Print one JSON document.")]
commands = typer.Typer(
    help="Train networks of devices through twins, and evaluate them.", no_args_is_help=True
)


def register(app: typer.Typer) -> None:
    """Add the group of this module to `app`."""
    app.add_typer(commands, name="network")


@commands.command()
def tasks(as_json: Json = False) -> None:
    """List the tasks that a network can be trained on."""
    from network import task_names

    result({"tasks": list(task_names())}, as_json, lambda found: typer.echo("\n".join(found["tasks"])))


@commands.command()
def train(
    task: Annotated[str, typer.Argument(help="A task of `nado network tasks`.")],
    twin: Annotated[list[Path], typer.Option(help="Twin file; give several for one twin a layer.")],
    out: Annotated[Path, typer.Option(help="Network file to write (name.net).")],
    variant: Annotated[str, typer.Option(help="noise-aware, deterministic or reservoir.")] = "noise-aware",
    nodes: Annotated[int, typer.Option(min=1, help="Nodes in a layer.")] = 24,
    layers: Annotated[int, typer.Option(min=1, help="Layers.")] = 1,
    epochs: Annotated[int, typer.Option(min=1, help="Passes over the training examples.")] = 12,
    batch: Annotated[int, typer.Option(min=1, help="Examples in a minibatch.")] = 100,
    learning_rate: Annotated[float, typer.Option(help="Largest step of the optimiser.")] = 0.01,
    noise_draws: Annotated[int, typer.Option(min=1, help="Noise draws of each example.")] = 1,
    train_examples: Annotated[int | None, typer.Option("--train", min=1, help="Training examples.")] = None,
    test_examples: Annotated[int | None, typer.Option("--test", min=1, help="Test examples.")] = None,
    seed: Annotated[int, typer.Option(help="Decides split, weights and noise.")] = 0,
    as_json: Json = False,
) -> None:
    """Train a network on TASK through a twin, and write it to OUT."""
    from network import TrainSettings, load_task, save
    from network import train as train_network

    _must_be_new(out)
    options = {"train": train_examples, "test": test_examples, "seed": seed}
    options = {name: value for name, value in options.items() if value is not None}
    settings = TrainSettings.of(
        variant=variant,
        nodes=(nodes,) * layers,
        epochs=epochs,
        batch=batch,
        learning_rate=learning_rate,
        noise_draws=noise_draws,
        seed=seed,
    )
    problem, twins = load_task(task, **options), _load_twins(twin, layers)
    started = time.perf_counter()
    with _epochs_shown(epochs) as progress:
        network = train_network(problem, twins, settings, progress)
    report = _score_on_twins(network, problem, twins, variant) | {"wall_s": time.perf_counter() - started}
    notes = {
        "task": {"name": task, "options": options},
        "settings": settings.model_dump(mode="json"),
        "twins": [str(path.resolve()) for path in twin],
        "scores": report,
    }
    save(network, out, notes)
    result(report | {"network": str(out)}, as_json, _show)


@commands.command()
def evaluate(
    net: Annotated[Path, typer.Argument(help="Network file of `nado network train`.")],
    on: Annotated[str, typer.Option(help="twin, or a setup (sim:nanoring or a TOML file).")] = "twin",
    twin: Annotated[list[Path] | None, typer.Option(help="Twins, where they have moved.")] = None,
    test_examples: Annotated[int | None, typer.Option("--test", min=1, help="First N test examples.")] = None,
    out: Annotated[Path | None, typer.Option(help="Keep the runs of the device here (new folder).")] = None,
    seed: Annotated[int, typer.Option(help="Specimen and noise of a simulated bench.")] = 0,
    as_json: Json = False,
) -> None:
    """Score a network on the test examples of its task: on its twin, or on a device and its twin."""
    from network import load

    saved = load(net)
    started = time.perf_counter()
    problem, variant, twins = _recall(saved, twin, test_examples)
    report = _score_on_twins(saved.network, problem, twins, variant)
    if on != "twin":
        report["device"] = _score_on_device(saved.network, problem, on, out, seed)
    result(report | {"wall_s": time.perf_counter() - started}, as_json, _show)


def _recall(
    saved: SavedNetwork, moved: list[Path] | None, test_examples: int | None
) -> tuple[Task, str, list[Twin]]:
    """Load again the task and the twins that the network's file names."""
    from dataclasses import replace

    from network import load_task

    try:
        task, variant = saved.notes["task"], saved.notes["settings"]["variant"]
        paths = moved or [Path(path) for path in saved.notes["twins"]]
        name, options = task["name"], dict(task["options"])
    except (KeyError, TypeError) as error:
        raise LabError(
            f"the network's card does not say what it was trained on ({error} is missing)"
        ) from error
    problem = load_task(name, **options)
    if test_examples:
        problem = replace(problem, test=problem.test[:test_examples])
    return problem, variant, _load_twins(paths, saved.network.layer_count)


def _load_twins(paths: list[Path], layers: int) -> list[Twin]:
    from twin import load

    if len(paths) not in (1, layers):
        raise LabError(f"{layers} layers need one twin, or {layers} (one a layer); got {len(paths)}")
    found = [load(path) for path in paths]
    return found * layers if len(found) == 1 else found


def _score_on_twins(network: DeviceNetwork, task: Task, twins: list[Twin], variant: str) -> dict[str, Any]:
    from network import Variant, score_on_twins

    noise = variant != Variant.DETERMINISTIC
    return {
        "task": task.name,
        "metric": task.metric.value,
        "variant": variant,
        "twin": score_on_twins(network, task, twins, noise=noise),
        "device": None,
        "n_test": len(task.test),
        "nodes": network.node_count,
        "parameters": network.parameter_count,
    }


def _score_on_device(network: DeviceNetwork, task: Task, setup: str, out: Path | None, seed: int) -> float:
    import torch

    from lab.compose import open_named_setup
    from lab.loop.deploy import deploy
    from network import score_answers

    if out is not None:
        _must_be_new(out)
    with tempfile.TemporaryDirectory() as scratch, open_named_setup(setup, seed=seed) as bench:
        done = deploy(network, task.test.inputs.numpy(), bench, out or Path(scratch) / "runs")
    return score_answers(task, torch.as_tensor(done.outputs), task.test.targets)


def _must_be_new(path: Path) -> None:
    if path.exists():
        raise LabError(f"{path} exists; choose another name or remove it")


@contextmanager
def _epochs_shown(epochs: int) -> Iterator[Any]:
    from lab.cli.progress import stages

    with stages() as show:
        yield lambda row: show("train", row["epoch"] / epochs, f"loss {row['loss']:.3f}")


def _show(report: dict[str, Any]) -> None:
    rows = [
        [name, f"{value:.4g}" if isinstance(value, float) else str(value)] for name, value in report.items()
    ]
    table("Network", ["", ""], rows)
